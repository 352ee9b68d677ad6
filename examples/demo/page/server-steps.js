/* global EventSource, setTimeout */
import { randomId } from './random-id.js';

/** The steps that the server tells this page of, and which of its requests belong to which run. */
export class ServerSteps {
  #page = randomId();
  #run = 0;
  /** Answers that the server has sent, and answers somebody here is waiting to be told of. */
  #answered = 0;
  #waiting = [];
  #ready;

  /** @param onStep - gets the steps of the run of now, those of `phone` among them */
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

  /** From now on requests belong to a new run, whose number is returned by `runId`. */
  async startRun() {
    await this.#ready;
    this.#run++;
    this.#answered = 0;
    this.#waiting = [];
  }

  get runId() {
    return `${this.#page}.${this.#run}`;
  }

  /** A step on this side. */
  tell(step) {
    this.onStep({ at: Date.now(), fields: {}, failed: false, ...step });
  }

  /** Resolves when the steps of one more answered request are here, or do not seem to come. */
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
