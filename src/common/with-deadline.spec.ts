import { describe, expect, it, jest } from '@jest/globals';
import { withDeadline } from './with-deadline.js';

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(new Error('aborted'));
    signal.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
  });

describe('withDeadline', () => {
  it('aborts work that takes too long', async () => {
    await expect(withDeadline(10, undefined, aborted)).rejects.toThrow('aborted');
  });

  it('aborts work when the given signal is aborted', async () => {
    const controller = new AbortController();
    const work = withDeadline(60_000, controller.signal, aborted);
    controller.abort();
    await expect(work).rejects.toThrow('aborted');
    await expect(withDeadline(60_000, controller.signal, aborted)).rejects.toThrow('aborted');
  });

  it('leaves no timer behind', async () => {
    jest.useFakeTimers();
    await withDeadline(60_000, undefined, () => Promise.resolve());
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });
});
