import { createCipheriv, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { readUserData } from './read-user-data.js';

const appid = 'wx4f4bc4dec97d474b';
const NOW = 1_800_000_000;
const expected = { appid, maxAge: 3600 };
const sessionKey = randomBytes(16).toString('base64');

const encrypt = (
  plaintext: string | Buffer,
  key = sessionKey,
): { encryptedData: string; iv: string } => {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(key, 'base64'), iv);
  const data = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { encryptedData: data.toString('base64'), iv: iv.toString('base64') };
};
const marked = (watermark: unknown, more = {}): { encryptedData: string; iv: string } =>
  encrypt(JSON.stringify({ ...more, watermark }));
const good = { appid, timestamp: NOW };

beforeEach(() => {
  jest.useFakeTimers({ now: NOW * 1000 });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('readUserData', () => {
  it('reads what WeChat encrypted', () => {
    expect(readUserData(sessionKey, marked(good, { nickName: '张三😀' }), expected)).toEqual({
      nickName: '张三😀',
      watermark: good,
    });
  });

  it.each([
    ['of the same second', 0],
    ['as old as allowed', 3600],
    ['a minute ahead of our clock', -60],
  ])('accepts data %s', (_, age) => {
    const data = marked({ appid, timestamp: NOW - age });
    expect(readUserData(sessionKey, data, expected)).toBeDefined();
  });

  it.each<[string, () => { encryptedData: unknown; iv: unknown }]>([
    ['a second too old', () => marked({ appid, timestamp: NOW - 3601 })],
    ['from the future', () => marked({ appid, timestamp: NOW + 61 })],
    ['of another app', () => marked({ appid: 'wx0000000000000002', timestamp: NOW })],
    ['without an app', () => marked({ timestamp: NOW })],
    ['without a time', () => marked({ appid })],
    ['with a time that is a string', () => marked({ appid, timestamp: String(NOW) })],
    ['with a time that is null', () => marked({ appid, timestamp: null })],
    ['without a watermark', () => encrypt('{"nickName":"x"}')],
    ['with a watermark that is null', () => marked(null)],
    ['that are not an object', () => encrypt('null')],
    ['that are a list', () => encrypt('[]')],
    ['that are a number', () => encrypt('42')],
    ['that are not JSON', () => encrypt('hello')],
    ['that are not UTF-8', () => encrypt(Buffer.of(0xff, 0xfe))],
    [
      'that are not UTF-8 within a string',
      () => encrypt(Buffer.from(JSON.stringify({ x: 'ÿ', watermark: good }), 'latin1')),
    ],
    ['that are empty', () => encrypt('')],
    [
      'encrypted with another key',
      () => ({
        ...marked(good),
        ...encrypt(JSON.stringify({ watermark: good }), randomBytes(16).toString('base64')),
      }),
    ],
    ['without encryptedData', () => ({ encryptedData: undefined, iv: marked(good).iv })],
    ['without an iv', () => ({ encryptedData: marked(good).encryptedData, iv: undefined })],
    ['with an empty encryptedData', () => ({ ...marked(good), encryptedData: '' })],
    ['with an empty iv', () => ({ ...marked(good), iv: '' })],
    ['with an iv of 15 bytes', () => ({ ...marked(good), iv: randomBytes(15).toString('base64') })],
    ['with an iv of 17 bytes', () => ({ ...marked(good), iv: randomBytes(17).toString('base64') })],
    ['with an iv that is a list', () => ({ ...marked(good), iv: [marked(good).iv] })],
    [
      'cut in the middle of a block',
      () => ({ ...marked(good), encryptedData: randomBytes(31).toString('base64') }),
    ],
    ['of more than 64 KiB', () => marked(good, { x: 'x'.repeat(50_000) })],
  ])('reads no data %s', (_, data) => {
    expect(readUserData(sessionKey, data(), expected)).toBeUndefined();
  });

  it.each([
    ['with a + that became a space', (text: string) => text.replaceAll('+', ' ')],
    ['in base64url', (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')],
    ['with a line end', (text: string) => `${text}\n`],
    ['without its padding', (text: string) => text.replaceAll('=', '')],
    ['with an escape', (text: string) => encodeURIComponent(text)],
  ])('refuses base64 %s', (_, damage) => {
    for (let found = 0, tries = 0; found < 5 && tries < 1000; tries++) {
      const data = marked(good);
      for (const field of ['encryptedData', 'iv'] as const) {
        const damaged = { ...data, [field]: damage(data[field]) };
        if (damaged[field] === data[field]) continue;
        found++;
        expect(readUserData(sessionKey, damaged, expected)).toBeUndefined();
      }
    }
    expect.hasAssertions();
  });

  it.each(['', 'x', randomBytes(15).toString('base64'), randomBytes(32).toString('base64')])(
    'reads nothing with a session_key that is not an AES-128 key: %j',
    (key) => {
      expect(readUserData(key, marked(good), expected)).toBeUndefined();
    },
  );

  it('never reads with a wrong key, though one in 256 has a valid padding', () => {
    for (let i = 0; i < 2000; i++) {
      const data = marked(good);
      expect(readUserData(randomBytes(16).toString('base64'), data, expected)).toBeUndefined();
    }
  });

  it('a flipped bit that CBC does not detect leaves the watermark valid', () => {
    // This is why user data are never identity: openId, in the first block, can be changed.
    const data = marked(good, { openId: 'o-victim', nickName: 'x'.repeat(40) });
    let through = 0;
    fc.assert(
      fc.property(fc.constantFrom('encryptedData', 'iv'), fc.nat(), (field, seed) => {
        const bytes = Buffer.from(data[field], 'base64');
        const bit = seed % (bytes.length * 8);
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const result = readUserData(
          sessionKey,
          { ...data, [field]: bytes.toString('base64') },
          expected,
        );
        if (result !== undefined) {
          through++;
          expect(result.watermark).toEqual(good);
        }
      }),
      { numRuns: 5000 },
    );
    expect(through).toBeGreaterThan(0);
  });

  it('returns data or undefined for any input, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.string(), (encryptedData, iv, key) => {
        expect(readUserData(key, { encryptedData, iv }, expected)).toBeUndefined();
      }),
    );
  });
});
