import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deriveKey } from './derive-key.js';
import { Envelope } from './envelope.js';
import { Secret } from '../config/secret.js';

const oldKey = deriveKey(new Secret('an old secret of thirty-two bytes'), 'session-key', 'wx1');
const newKey = deriveKey(new Secret('a new secret of thirty-two bytes!'), 'session-key', 'wx1');
const row = ['wx1', 'openid-1'];
const sessionKey = 'tiihtNczf5v6AKRyjwEUhQ==';

describe('Envelope', () => {
  it('decrypts what it encrypted, for any string and row', () => {
    const envelope = new Envelope([newKey]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (text, anyRow) => {
        expect(envelope.open(envelope.seal(text, anyRow), anyRow)).toBe(text);
      }),
    );
  });

  it('[M-17] returns other bytes each time, without the plain text in them', () => {
    const envelope = new Envelope([newKey]);
    const [first, second] = [envelope.seal(sessionKey, row), envelope.seal(sessionKey, row)];
    expect(first.equals(second)).toBe(false);
    expect(first.includes(sessionKey)).toBe(false);
    expect(first.includes(Buffer.from(sessionKey, 'base64'))).toBe(false);
  });

  it('starts with its version', () => {
    expect(new Envelope([newKey]).seal(sessionKey, row)[0]).toBe(1);
  });

  it.each([
    ['another openid', ['wx1', 'openid-2']],
    ['another app', ['wx2', 'openid-1']],
    ['the same characters, divided elsewhere', ['wx1o', 'penid-1']],
    ['an empty row', []],
  ])('[M-17] does not decrypt for %s', (_, otherRow) => {
    const envelope = new Envelope([newKey]);
    expect(envelope.open(envelope.seal(sessionKey, row), otherRow)).toBeUndefined();
  });

  it('[M-19] decrypts with any key of the list and encrypts with the first', () => {
    const sealedBefore = new Envelope([oldKey]).seal(sessionKey, row);
    const rotated = new Envelope([newKey, oldKey]);
    expect(rotated.open(sealedBefore, row)).toBe(sessionKey);
    expect(new Envelope([newKey]).open(rotated.seal(sessionKey, row), row)).toBe(sessionKey);
  });

  it('does not decrypt with other keys or without keys', () => {
    const sealed = new Envelope([oldKey]).seal(sessionKey, row);
    expect(new Envelope([newKey]).open(sealed, row)).toBeUndefined();
    expect(new Envelope([]).open(sealed, row)).toBeUndefined();
    expect(() => new Envelope([]).seal(sessionKey, row)).toThrow(
      new TypeError('An envelope needs at least one key.'),
    );
  });

  it('[M-17] does not decrypt after any one bit was flipped, or bytes were removed or added', () => {
    const envelope = new Envelope([newKey]);
    const sealed = envelope.seal(sessionKey, row);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const damaged = Buffer.from(sealed);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(envelope.open(damaged, row)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(envelope.open(sealed.subarray(0, length), row)).toBeUndefined();
    }
    expect(envelope.open(Buffer.concat([sealed, Buffer.of(0)]), row)).toBeUndefined();
  });
});

describe('stored data of earlier releases', () => {
  // Computed independently after RFC 5869 and AES-256-GCM; a change here makes stored rows unreadable.
  const secret = new Secret('c4c1f5d0a2b3948576e0f1d2c3b4a596');
  const appid = 'wx4f4bc4dec97d474b';

  it('are encrypted with the same derived keys', () => {
    const keys = ['session', 'session-key'].map((purpose) =>
      deriveKey(secret, purpose, appid).export().toString('hex'),
    );
    expect(keys).toEqual([
      'bc3595daa4099dddb77bc1c159d79368bd963612477004bd1fac93875d27d79b',
      'e098e434925988cd2507044d048b1cab9b2c148799121464c35ffec35c46f953',
    ]);
  });

  it('can be decrypted', () => {
    const stored = Buffer.from(
      [
        ...['01', 'a40cc497', '000102030405060708090a0b', 'ff0325f419e3188dd5691b135d6b6898'],
        'd953d36554b4f38a9c4cd86605f613b8c4bb81339fb86e4a',
      ].join(''),
      'hex',
    );
    const envelope = new Envelope([deriveKey(secret, 'session-key', appid)]);
    expect(envelope.open(stored, [appid, 'openid-1'])).toBe(sessionKey);
  });
});

describe('deriveKey', () => {
  it('[M-05] derives unrelated keys for another secret, purpose or context', () => {
    const keys = [
      deriveKey(new Secret('secret'), 'session', 'wx1'),
      deriveKey(new Secret('secret'), 'session', 'wx2'),
      deriveKey(new Secret('secret'), 'session-key', 'wx1'),
      deriveKey(new Secret('Secret'), 'session', 'wx1'),
    ].map((key) => key.export().toString('hex'));
    expect(new Set(keys).size).toBe(4);
    expect(keys[0]).toHaveLength(64);
  });

  it('derives the same key each time', () => {
    const [a, b] = [
      deriveKey(new Secret('secret'), 'session', 'wx1'),
      deriveKey(new Secret('secret'), 'session', 'wx1'),
    ];
    expect(a.equals(b)).toBe(true);
  });
});
