import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ExpiringMap } from './expiring-map.js';

describe('ExpiringMap', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('keeps an entry for its time, and no longer', () => {
    const map = new ExpiringMap<string, number>(2, 1000);
    map.set('a', 1);
    jest.advanceTimersByTime(999);
    expect(map.get('a')).toBe(1);
    jest.advanceTimersByTime(1);
    expect(map.get('a')).toBeUndefined();
  });

  it('counts the time from the given moment', () => {
    const map = new ExpiringMap<string, number>(2, 1000);
    map.set('a', 1, performance.now() - 600);
    jest.advanceTimersByTime(399);
    expect(map.get('a')).toBe(1);
    jest.advanceTimersByTime(1);
    expect(map.get('a')).toBeUndefined();
  });

  it('deletes the entry that was set the longest ago when it is full', () => {
    const map = new ExpiringMap<string, number>(2, 1000);
    for (const key of ['a', 'b', 'a', 'c']) map.set(key, 1);
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 1]);
  });

  it('no longer returns a deleted entry', () => {
    const map = new ExpiringMap<string, number>(2, 1000);
    map.set('a', 1);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
  });
});
