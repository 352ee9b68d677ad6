import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a promise, at most for `ms` milliseconds. @throws if it takes longer */
export async function patiently<T>(ms: number, something: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const tooLate = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`nothing within ${String(ms / 1000)} s`);
  });
  try {
    return await Promise.race([something, tooLate]);
  } finally {
    timer.abort();
    tooLate.catch(() => undefined);
  }
}
