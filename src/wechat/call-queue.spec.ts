import { describe, expect, it } from '@jest/globals';
import { CallQueue, MAX_CALLS, MAX_WAITING } from './call-queue.js';

const neverAborted = (): AbortSignal => new AbortController().signal;

/** A queue full of calls that end one by one. */
function fill(count: number): {
  queue: CallQueue;
  begun: number[];
  results: Promise<unknown>[];
  end: () => void;
} {
  const [queue, begun, ends] = [new CallQueue(), [] as number[], [] as (() => void)[]];
  const results = Array.from({ length: count }, (_, i) =>
    queue.run(() => {
      begun.push(i);
      return new Promise<void>((resolve) => ends.push(resolve));
    }, neverAborted()),
  );
  return { queue, begun, results, end: () => ends.shift()?.() };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('CallQueue', () => {
  it('runs a limited number of calls at a time, and the others in order', async () => {
    const { begun, end } = fill(MAX_CALLS + 3);
    expect(begun).toHaveLength(MAX_CALLS);
    end();
    end();
    await settled();
    expect(begun.slice(MAX_CALLS)).toEqual([MAX_CALLS, MAX_CALLS + 1]);
  });

  it('refuses calls at once while the queue is full', async () => {
    const { queue, end, results } = fill(MAX_CALLS + MAX_WAITING);
    const call = (): Promise<void> => queue.run(() => Promise.resolve(), neverAborted());
    await expect(call()).rejects.toMatchObject({ errorCode: 'WX_BUSY' });
    end();
    await results[0];
    const next = call();
    for (let i = 0; i < MAX_CALLS + MAX_WAITING; i++) {
      end();
      await settled();
    }
    await next;
  });

  it('gives the place of a call that failed to the next one', async () => {
    const queue = new CallQueue();
    for (let i = 0; i < MAX_CALLS + 1; i++) {
      const failing = queue.run(() => Promise.reject(new Error('no')), neverAborted());
      await expect(failing).rejects.toThrow('no');
    }
  });

  it('never runs a call that was given up while it waited', async () => {
    const { queue, begun, end } = fill(MAX_CALLS);
    const controller = new AbortController();
    const givenUp = queue.run(() => Promise.resolve(begun.push(-1)), controller.signal);
    const next = queue.run(() => Promise.resolve('next'), neverAborted());
    controller.abort();
    await expect(givenUp).rejects.toMatchObject({ errorCode: 'WX_BUSY' });
    end();
    expect(await next).toBe('next');
    expect(begun).not.toContain(-1);
    const late = queue.run(() => Promise.resolve(begun.push(-1)), controller.signal);
    await expect(late).rejects.toMatchObject({ errorCode: 'WX_BUSY' });
  });

  it('does not stop a call that has begun', async () => {
    const { queue, end } = fill(MAX_CALLS);
    const controller = new AbortController();
    const call = queue.run(async () => {
      await settled();
      return 'done';
    }, controller.signal);
    end();
    await settled();
    controller.abort();
    expect(await call).toBe('done');
  });
});
