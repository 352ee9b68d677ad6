import { describe, expect, it } from '@jest/globals';
import { BoundedMap } from './bounded-map.js';

describe('BoundedMap', () => {
  it('deletes the oldest entry when it is full', () => {
    const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2);
    expect([...map]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect([...map.set('c', 3).keys()]).toEqual(['b', 'c']);
  });

  it('deletes no entry when an existing one is set', () => {
    const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2).set('b', 3);
    expect([...map.values()]).toEqual([1, 3]);
  });
});
