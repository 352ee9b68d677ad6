import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Row } from './row.js';

const read = (value: unknown): Row => new Row({ value });
const unexpected = 'Postgres returned a value of an unexpected type for value';

describe('Row', () => {
  it.each(['', 'text', '0', 'null'])('reads the text %j', (text) => {
    expect(read(text).text('value')).toBe(text);
    expect(read(text).textOrNull('value')).toBe(text);
  });

  it.each([[null], [undefined], [0], [true], [['text']], [new Date(0)]])(
    'does not read %p as text',
    (value) => {
      expect(() => read(value).text('value')).toThrow(unexpected);
    },
  );

  it('reads null only from a nullable column', () => {
    expect(read(null).textOrNull('value')).toBeNull();
    expect(() => read(undefined).textOrNull('value')).toThrow(unexpected);
    expect(() => read(0).textOrNull('value')).toThrow(unexpected);
  });

  it.each<[unknown, number]>([
    ['0', 0],
    ['-1.5', -1.5],
    ['1e3', 1000],
    [42, 42],
  ])('reads %p as the number %d', (value, number) => {
    expect(read(value).number('value')).toBe(number);
  });

  it.each([
    [''],
    ['many'],
    ['NaN'],
    ['Infinity'],
    [NaN],
    [Infinity],
    [null],
    [undefined],
    [true],
    [[1]],
  ])('does not read %p as a number', (value) => {
    expect(() => read(value).number('value')).toThrow(unexpected);
    expect(() => read(value).date('value')).toThrow(unexpected);
  });

  it.each<[unknown, boolean]>([
    ['t', true],
    [true, true],
    ['f', false],
    [false, false],
  ])('reads %p as %p', (value, boolean) => {
    expect(read(value).boolean('value')).toBe(boolean);
  });

  it.each([['true'], ['false'], [''], [0], [1], [null], [undefined], [{}]])(
    'does not read %p as a boolean',
    (value) => {
      expect(() => read(value).boolean('value')).toThrow(unexpected);
    },
  );

  it('reads seconds as a date', () => {
    expect(read('1800000000.123').date('value')).toEqual(new Date(1_800_000_000_123));
  });

  it('reads the exact millisecond from a floating-point number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 32_503_680_000_000 }), (time) => {
        expect(
          read(String(time / 1000))
            .date('value')
            .getTime(),
        ).toBe(time);
      }),
    );
  });
});
