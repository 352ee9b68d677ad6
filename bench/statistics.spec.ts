import { describe, expect, it } from '@jest/globals';
import { linearTicks, logTicks } from './report/ticks.js';
import { differenceOf, ratioOf, spreadOf } from './statistics.js';

describe('the statistics of the benchmark', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[9, 1, 2], { median: 2, min: 1, max: 9 }],
    [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
  ])('spread %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('compare round by round', () => {
    expect(ratioOf([2, 40, 9], [1, 10, 3])).toEqual({ median: 3, min: 2, max: 4 });
    expect(differenceOf([2, 40, 9], [1, 10, 3])).toEqual({ median: 6, min: 1, max: 30 });
  });
});

describe('the ticks of an axis', () => {
  it('enclose all values, in 1, 2 and 5 over few powers of ten', () => {
    expect(logTicks([1700, 48_000])).toEqual([1000, 2000, 5000, 10_000, 20_000, 50_000]);
  });

  it('are the powers of ten alone over many', () => {
    expect(logTicks([0.15, 650])).toEqual([0.1, 1, 10, 100, 1000]);
  });

  it('start at 0 on a linear axis', () => {
    expect(linearTicks([310, 519])).toEqual([0, 200, 400, 600]);
  });
});
