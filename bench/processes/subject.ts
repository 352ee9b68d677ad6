import { Client } from 'pg';
import { subjects, type SubjectName } from '../subjects/index.js';
import type { Setup, Subject } from '../subjects/subject.js';

/** What this process has used since it began. */
export interface Usage {
  /** Microseconds of processor time. */
  readonly cpu: number;
  /** Sent to Postgres, by any part of the program. */
  readonly statements: number;
}

export interface LoopResult {
  readonly calls: number;
  readonly newUsers: number;
  readonly perSecond: number;
}

let statements = 0;
let subject: Subject = {};

const { query } = Client.prototype as { query: (...args: unknown[]) => unknown };
Client.prototype.query = function counted(this: Client, ...args: unknown[]): never {
  statements++;
  return query.apply(this, args) as never;
};

/** Returns the address, where the subject is a server. */
export async function start(name: SubjectName, setup: Setup): Promise<string> {
  subject = await subjects[name](setup);
  return subject.url ?? '';
}

/** Calls a function of the subject, with `concurrency` calls under way. */
export async function loop(name: string, concurrency: number, ms: number): Promise<LoopResult> {
  const call = subject.calls?.[name];
  if (call === undefined) throw new Error(`There is no call ${name}.`);
  const start = performance.now();
  let [calls, newUsers] = [0, 0];
  const oneAfterAnother = async (): Promise<void> => {
    while (performance.now() < start + ms) {
      const done = await call();
      calls += done.calls;
      newUsers += done.newUsers;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, oneAfterAnother));
  return { calls, newUsers, perSecond: (calls * 1000) / (performance.now() - start) };
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, statements };
}

/** Bytes of the heap after a full collection. */
export function heap(): number {
  // Twice: what finalisers release is free after the second.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
