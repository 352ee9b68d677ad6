import { call, type Answer, type Call } from '../../support/http.js';
import type { AppProcess } from '../apps/app-process.js';
import type { Contract } from './contract.js';
import { patiently } from './patiently.js';
import { Tally } from './tally.js';

/** No client waits longer. */
const PATIENCE_MS = 30_000;

/** Sends requests to the apps, and keeps what they have answered. */
export class Requests {
  sent = 0;
  longestWait = 0;
  readonly undocumented = new Tally();

  constructor(private readonly contract: Contract) {}

  /** @returns the answer; `undefined` where there is none, or none that the contract knows. */
  async send(
    app: AppProcess,
    method: string,
    path: string,
    what: Call = {},
  ): Promise<Answer | undefined> {
    this.sent++;
    const start = performance.now();
    try {
      const answer = await patiently(PATIENCE_MS, call(method, app.url + path, what));
      if (this.contract.allows(method, path, answer)) return answer;
      this.undocumented.add(`${method} ${path}: ${String(answer.status)} ${answer.text}`);
    } catch (error) {
      if (!app.mayDrop) this.undocumented.add(`${method} ${path}: ${reasonOf(error)}`);
    } finally {
      this.longestWait = Math.max(this.longestWait, performance.now() - start);
    }
    return undefined;
  }
}

const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
};
