import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveConfig } from '../config/wechat-auth.config.js';
import { signingKeysOf, type SigningKeys } from './signing-keys.js';

const OLD = 'the old secret, of more than 32 bytes';
const NEW = 'the new secret, of more than 32 bytes';

/** For apps found by a function, which must not be called for a key. */
const onDemand = (...secret: string[]): SigningKeys =>
  signingKeysOf(
    resolveConfig({
      apps: () => {
        throw new Error('asked');
      },
      session: { secret },
      encryptionSecret: OLD,
    }),
  );

const listed = (...appids: string[]): SigningKeys =>
  signingKeysOf(
    resolveConfig({
      apps: appids.map((appid) => ({ appid, secret: OLD.replaceAll(/\W/g, '') })),
      session: { secret: OLD },
      encryptionSecret: OLD,
    }),
  );

const sign = (keys: SigningKeys, aud: string, appid = aud): string =>
  keys.signerFor(appid)?.sign({ aud, sub: 'x' }) ?? '';

describe('signingKeysOf', () => {
  it('gives an app the same key whether it is in a list or found by a function', () => {
    const token = sign(listed('wx1'), 'wx1');
    expect(onDemand(OLD).open(token)).toMatchObject({ appid: 'wx1', payload: { aud: 'wx1' } });
    expect(listed('wx1').open(sign(onDemand(OLD), 'wx1'))).toMatchObject({ appid: 'wx1' });
  });

  it.each([
    ['listed', (): SigningKeys => listed('wx1', 'wx2')],
    ['found by a function', (): SigningKeys => onDemand(OLD)],
  ])('gives each app its own key if apps are %s', (_, keys) => {
    const [one, other] = [keys().signerFor('wx1'), keys().signerFor('wx2')];
    expect(one?.header).not.toBe(other?.header);
    expect([one?.appid, other?.appid]).toEqual(['wx1', 'wx2']);
  });

  it('has no key for an app that is not listed', () => {
    expect(listed('wx1').signerFor('wx2')).toBeUndefined();
  });

  it('verifies with every secret and signs with the first if apps are found by a function', () => {
    const old = sign(onDemand(OLD), 'wx1');
    const rotated = onDemand(NEW, OLD);
    expect(rotated.open(old)).toMatchObject({ appid: 'wx1' });
    expect(onDemand(NEW).open(sign(rotated, 'wx1'))).toMatchObject({ appid: 'wx1' });
    expect(onDemand(NEW).open(old)).toBeUndefined();
  });

  it('accepts no token of one app whose audience is another', () => {
    const keys = onDemand(OLD);
    expect(keys.open(sign(keys, 'wx2', 'wx1'))).toBeUndefined();
  });

  it.each([
    ['another header', (token: string): string => `x${token}`],
    ['no header', (token: string): string => token.slice(token.indexOf('.'))],
    ['another signature', (token: string): string => `${token.slice(0, -4)}AAAA`],
    ['no payload', (token: string): string => token.replace(/\..*\./, '..')],
    ['a payload that is not JSON', (token: string): string => token.replace(/\..*\./, '.bm9wZQ.')],
    ['a payload that is null', (token: string): string => token.replace(/\..*\./, '.bnVsbA.')],
    ['one segment', (token: string): string => token.replaceAll('.', '')],
  ])('accepts no token with %s', (_, change) => {
    const keys = onDemand(OLD);
    const token = sign(keys, 'wx1');
    expect(keys.open(token)).toBeDefined();
    expect(keys.open(change(token))).toBeUndefined();
  });

  it.each(['', 'wx 1', 'x'.repeat(65), 42, null, ['wx1'], { toString: 'wx1' }])(
    'makes no key for the audience %j',
    (aud) => {
      const token = onDemand(OLD).signerFor('wx1')?.sign({ aud }) ?? '';
      expect(onDemand(OLD).open(token)).toBeUndefined();
    },
  );

  it('accepts no string that it has not signed, and never throws', () => {
    const keys = onDemand(OLD);
    const { header = '' } = keys.signerFor('wx1') ?? {};
    const base64url = fc.json().map((json) => Buffer.from(json).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), base64url), fc.string(), (payload, signature) => {
        expect(keys.open(`${header}.${payload}.${signature}`)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});
