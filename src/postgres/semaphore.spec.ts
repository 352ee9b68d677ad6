import { describe, expect, it } from '@jest/globals';
import { Semaphore } from './semaphore.js';

describe('Semaphore', () => {
  /** Callers that note when they enter. */
  const callers = (semaphore: Semaphore) => {
    const entered: string[] = [];
    return { entered, acquire: (name: string) => semaphore.acquire(() => entered.push(name)) };
  };

  it('allows a limited number of holders, and the others in order', () => {
    const semaphore = new Semaphore(() => 2);
    const { entered, acquire } = callers(semaphore);
    for (const name of ['a', 'b', 'c', 'd', 'e']) acquire(name);
    expect(entered).toEqual(['a', 'b']);
    semaphore.release();
    expect(entered).toEqual(['a', 'b', 'c']);
    semaphore.release();
    semaphore.release();
    expect(entered).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('has all its places again after all holders have released theirs', () => {
    const semaphore = new Semaphore(() => 1);
    const { entered, acquire } = callers(semaphore);
    for (const name of ['a', 'b', 'c']) {
      acquire(name);
      semaphore.release();
    }
    acquire('d');
    acquire('e');
    expect(entered).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives no place to a caller that has stopped waiting', () => {
    const semaphore = new Semaphore(() => 1);
    const { entered, acquire } = callers(semaphore);
    acquire('a');
    acquire('b');
    const stop = acquire('gone');
    acquire('c');
    stop();
    stop();
    semaphore.release();
    semaphore.release();
    expect(entered).toEqual(['a', 'b', 'c']);
  });

  it('ignores a caller that stops waiting after it has a place', () => {
    const semaphore = new Semaphore(() => 1);
    const { entered, acquire } = callers(semaphore);
    const stopFirst = acquire('a');
    const stopSecond = acquire('b');
    acquire('c');
    stopFirst();
    semaphore.release();
    stopSecond();
    expect(entered).toEqual(['a', 'b']);
    semaphore.release();
    expect(entered).toEqual(['a', 'b', 'c']);
  });
});
