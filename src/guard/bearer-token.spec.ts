import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bearerTokenOf } from './bearer-token.js';

const request = (authorization?: unknown, rawHeaders: string[] = []): object => ({
  headers: { authorization },
  rawHeaders,
});

describe('bearerTokenOf', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER abc', 'abc'],
    ['Bearer   abc', 'abc'],
    ['Bearer a b', 'a b'],
    ['Bearer', undefined],
    ['Bearerabc', undefined],
    ['Basic dXNlcjpwYXNz', undefined],
    ['Basic Bearer abc', undefined],
    ['Bearer abc\nx', undefined],
    ['abc', undefined],
    ['', undefined],
    [undefined, undefined],
    [['Bearer abc'], undefined],
  ])('reads %j as %j', (header, token) => {
    expect(bearerTokenOf(request(header))).toBe(token);
  });

  it('reads two Authorization headers as an invalid token', () => {
    const rawHeaders = ['Authorization', 'Bearer a', 'accept', '*/*', 'AUTHORIZATION', 'Bearer b'];
    expect(bearerTokenOf(request('Bearer a', rawHeaders))).toBe('');
    expect(bearerTokenOf({ headers: { authorization: 'Bearer a' }, raw: { rawHeaders } })).toBe('');
  });

  it('does not mistake a header value for a header name', () => {
    const rawHeaders = [
      'x-a',
      'authorization',
      'x-b',
      'authorization',
      'authorization',
      'Bearer a',
    ];
    expect(bearerTokenOf(request('Bearer a', rawHeaders))).toBe('a');
  });

  it('counts only Authorization headers', () => {
    const rawHeaders = ['if-none-match', 'x', 'cache-control', 'y', 'authorization', 'Bearer a'];
    expect(bearerTokenOf(request('Bearer a', rawHeaders))).toBe('a');
  });

  it('finds no token in an object without headers', () => {
    expect(bearerTokenOf({})).toBeUndefined();
  });

  it('returns a string or undefined for any header, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (header) => {
        expect(['string', 'undefined']).toContain(typeof bearerTokenOf(request(header)));
      }),
    );
  });
});
