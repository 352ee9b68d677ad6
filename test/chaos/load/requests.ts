import { call, type Answer, type Call } from '../../support/http.js';
import type { AppProcess } from '../apps/app-process.js';
import type { Contract } from './contract.js';
import { patiently } from './patiently.js';
import { Tally } from './tally.js';

/** No client waits longer. */
const PATIENCE_MS = 30_000;

/** Sends requests to the apps, and records the responses. */
export class Requests {
  sent = 0;
  readonly undocumented = new Tally();
  /** The number of responses with each status. */
  readonly statuses = new Map<number, number>();
  /** The duration of each request in milliseconds. */
  private readonly waits: number[] = [];

  /** @param alsoAllowed - statuses in addition to those of the contract. */
  constructor(
    private readonly contract: Contract,
    private readonly alsoAllowed: readonly number[] = [],
  ) {}

  get longestWait(): number {
    return this.waits.reduce((longest, wait) => Math.max(longest, wait), 0);
  }

  /** The 99th percentile of the durations. */
  get p99(): number {
    return this.waits.toSorted((a, b) => a - b)[Math.floor(this.waits.length * 0.99)] ?? 0;
  }

  /** @returns the response; `undefined` if there is none, or the contract does not allow it. */
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
      this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
      if (this.isAllowed(method, path, answer)) return answer;
      this.undocumented.add(`${method} ${path}: ${String(answer.status)} ${answer.text}`);
    } catch (error) {
      if (!app.mayDrop) this.undocumented.add(`${method} ${path}: ${reasonOf(error)}`);
    } finally {
      this.waits.push(performance.now() - start);
    }
    return undefined;
  }

  private isAllowed(method: string, path: string, answer: Answer): boolean {
    return (
      this.contract.allows(method, path, answer) ||
      (answer.body?.errorCode === undefined && this.alsoAllowed.includes(answer.status))
    );
  }
}

const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
};
