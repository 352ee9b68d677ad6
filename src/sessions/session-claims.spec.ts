import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { isIssuedAhead, readClaims } from './session-claims.js';

const NOW = 1_800_000_000;
const HOUR = 3600;
const expected = { iss: 'us', aud: 'wx1', expiresIn: 2 * HOUR };
const issued = {
  iss: 'us',
  aud: 'wx1',
  sub: '0b5e5c0e-7a5d-4c1b-9f0e-2d3c4b5a6978',
  jti: '1c6f6d1f-8b6e-4d2c-8a1f-3e4d5c6b7a89',
  epoch: 0,
  iat: NOW,
  exp: NOW + 2 * HOUR,
};

describe('readClaims', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW * 1000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const accepts = (changed: object): boolean =>
    readClaims({ ...issued, ...changed }, expected) !== undefined;

  it('accepts exactly the claims that we issue', () => {
    expect(readClaims(issued, expected)).toEqual(issued);
  });

  it.each([[undefined], [null], ['text'], [42], [true], [[]], [{}], [() => issued]])(
    'does not accept %p as claims',
    (claims) => {
      expect(readClaims(claims, expected)).toBeUndefined();
    },
  );

  it.each(Object.keys(issued))('requires %s', (name) => {
    const others = Object.entries(issued).filter(([key]) => key !== name);
    expect(readClaims(Object.fromEntries(others), expected)).toBeUndefined();
  });

  it('accepts no additional claim', () => {
    expect(accepts({ nbf: NOW })).toBe(false);
    expect(accepts({ admin: true })).toBe(false);
  });

  it.each([
    ['iss', 'them'],
    ['iss', ['us']],
    ['aud', 'wx2'],
    ['aud', ['wx1']],
    ['sub', 'somebody'],
    ['sub', issued.sub.toUpperCase()],
    ['jti', 'a session'],
    ['jti', issued.jti.toUpperCase()],
    ['epoch', '0'],
    ['epoch', -1],
    ['epoch', 0.5],
    ['iat', String(NOW)],
    ['iat', -1],
    ['iat', NOW + 0.5],
    ['exp', String(NOW + HOUR)],
    ['exp', NOW + 0.5],
    ['exp', Infinity],
    ['exp', NaN],
  ])('refuses %s of %j', (name, value) => {
    expect(accepts({ [name]: value })).toBe(false);
  });

  it('accepts the epochs that Postgres can store', () => {
    expect([2 ** 31 - 1, 2 ** 31].map((epoch) => accepts({ epoch }))).toEqual([true, false]);
  });

  it('does not check whether the token was issued in the future', () => {
    expect(accepts({ iat: NOW + HOUR, exp: NOW + 2 * HOUR })).toBe(true);
  });

  it('accepts no session that lasts longer than configured, or no time at all', () => {
    const lasting = (seconds: number): boolean => accepts({ exp: NOW + seconds });
    expect([-1, 0, 1, 2 * HOUR, 2 * HOUR + 1].map(lasting)).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it('does not check the expiry, so that the caller can tell it from a forgery', () => {
    expect(accepts({ iat: 0, exp: HOUR })).toBe(true);
  });

  it('returns unchanged whatever it accepts', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(issued), 'other'),
        fc.anything(),
        (name, value) => {
          const claims = { ...issued, [name]: value };
          const read = readClaims(claims, expected);
          if (read !== undefined) expect(read).toEqual(claims);
        },
      ),
    );
  });
});

describe('isIssuedAhead', () => {
  it('allows an instance whose clock is up to 60 seconds ahead', () => {
    jest.useFakeTimers({ now: NOW * 1000 });
    const ahead = (by: number): boolean => isIssuedAhead({ ...issued, iat: NOW + by });
    expect([-HOUR, 59, 60, 61].map(ahead)).toEqual([false, false, false, true]);
    jest.useRealTimers();
  });
});
