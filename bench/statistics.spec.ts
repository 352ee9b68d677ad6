import { describe, expect, it } from '@jest/globals';
import { differenceOf, ratioOf, spreadOf } from './statistics.js';

describe('the statistics of the benchmark', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[9, 1, 2], { median: 2, min: 1, max: 9 }],
    [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
  ])('are the median, minimum and maximum of %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('compare two rows round by round', () => {
    expect(ratioOf([2, 40, 9], [1, 10, 3])).toEqual({ median: 3, min: 2, max: 4 });
    expect(differenceOf([2, 40, 9], [1, 10, 3])).toEqual({ median: 6, min: 1, max: 30 });
  });
});
