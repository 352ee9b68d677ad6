import { describe, expect, it } from '@jest/globals';
import { BoundedMap } from './bounded-map.js';

describe('BoundedMap', () => {
  it('forgets the oldest entry for one that is too many', () => {
    const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2);
    expect([...map]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect([...map.set('c', 3).keys()]).toEqual(['b', 'c']);
  });

  it('forgets nothing for an entry that it has', () => {
    const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2).set('b', 3);
    expect([...map.values()]).toEqual([1, 3]);
  });
});
