/* global EventSource, setTimeout */
import { randomId } from './random-id.js';

/** The steps that the server reports to this page, and the run of each of its requests. */
export class ServerSteps {
  #page = randomId();
  #run = 0;
  /** Responses that the server has sent, and callers that wait for one. */
  #answered = 0;
  #waiting = [];
  #ready;

  /** @param onStep - receives the steps of the current run, including those of `phone` */
  constructor({ onStep, onConnection }) {
    this.onStep = onStep;
    const source = new EventSource(`demo/steps?page=${this.#page}`);
    this.#ready = new Promise((resolve) => {
      source.addEventListener('ready', () => {
        onConnection(true);
        resolve();
      });
    });
    source.addEventListener('error', () => onConnection(false));
    source.addEventListener('step', ({ data }) => this.#take(JSON.parse(data)));
  }

  /** Starts a new run for the next requests; `runId` returns its number. */
  async startRun() {
    await this.#ready;
    this.#run++;
    this.#answered = 0;
    this.#waiting = [];
  }

  get runId() {
    return `${this.#page}.${this.#run}`;
  }

  /** A step of this page. */
  tell(step) {
    this.onStep({ at: Date.now(), fields: {}, failed: false, ...step });
  }

  /** Resolves when the steps of one more answered request have arrived, or after a timeout. */
  caughtUp() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      setTimeout(resolve, 1000);
      this.#release();
    });
  }

  #take(step) {
    if (step.run !== this.runId) return;
    this.onStep(step);
    if (step.from === 'miniprogram' && step.phase === 'end') this.#answered++;
    this.#release();
  }

  #release() {
    while (this.#answered > 0 && this.#waiting.length > 0) {
      this.#answered--;
      this.#waiting.shift()();
    }
  }
}
