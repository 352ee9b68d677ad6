import { describe, expect, it } from '@jest/globals';
import { Semaphore } from './semaphore.js';

const never = (): AbortSignal => new AbortController().signal;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Semaphore', () => {
  it('allows a limited number of holders, and the others in order', async () => {
    const semaphore = new Semaphore(() => 2);
    const entered: number[] = [];
    for (let i = 0; i < 5; i++) void semaphore.acquire(never()).then(() => entered.push(i));
    await settled();
    expect(entered).toEqual([0, 1]);
    semaphore.release();
    await settled();
    expect(entered).toEqual([0, 1, 2]);
    semaphore.release();
    semaphore.release();
    await settled();
    expect(entered).toEqual([0, 1, 2, 3, 4]);
  });

  it('has all its places again after all holders have released theirs', async () => {
    const semaphore = new Semaphore(() => 1);
    for (let round = 0; round < 3; round++) {
      await semaphore.acquire(never());
      semaphore.release();
    }
    await semaphore.acquire(never());
    let isIn = false;
    void semaphore.acquire(never()).then(() => (isIn = true));
    await settled();
    expect(isIn).toBe(false);
  });

  it('rejects a caller that stops waiting with its reason, without a place', async () => {
    const semaphore = new Semaphore(() => 1);
    await semaphore.acquire(never());
    const [gone, entered] = [new AbortController(), [] as string[]];
    const first = semaphore.acquire(never()).then(() => entered.push('first'));
    const impatient = semaphore.acquire(gone.signal);
    const last = semaphore.acquire(never()).then(() => entered.push('last'));
    gone.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    semaphore.release();
    await first;
    expect(entered).toEqual(['first']);
    semaphore.release();
    await last;
    expect(entered).toEqual(['first', 'last']);
  });

  it('ignores an abort after the caller has a place', async () => {
    const semaphore = new Semaphore(() => 1);
    await semaphore.acquire(never());
    const late = new AbortController();
    const second = semaphore.acquire(late.signal);
    const entered: string[] = [];
    void semaphore.acquire(never()).then(() => entered.push('third'));
    semaphore.release();
    await second;
    late.abort(new Error('too late'));
    semaphore.release();
    await settled();
    expect(entered).toEqual(['third']);
  });
});
