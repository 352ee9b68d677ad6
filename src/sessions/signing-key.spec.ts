import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { headerOf, SigningKey } from './signing-key.js';

const bytes = 'bc3595daa4099dddb77bc1c159d79368bd963612477004bd1fac93875d27d79b';
const secretKey = createSecretKey(bytes, 'hex');
const key = new SigningKey(secretKey, 'wx1');

const BASE64URL = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const sign = (input: string, by: KeyObject = secretKey, hash = 'sha256'): string =>
  `${input}.${createHmac(hash, by).update(input).digest('base64url')}`;

describe('SigningKey', () => {
  it('signs with HMAC-SHA256 under the header it names', () => {
    const token = key.sign({ a: 1 });
    const [header = '', payload = ''] = token.split('.');
    expect(header).toBe(key.header);
    expect(token).toBe(sign(`${header}.${payload}`));
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ a: 1 });
  });

  it('keeps the header of earlier releases, so that sessions survive an update', () => {
    expect(Buffer.from(key.header, 'base64url').toString()).toBe(
      '{"alg":"HS256","typ":"wx-session+jwt","kid":"VD4RAByFDgav"}',
    );
  });

  it('has another kid for another key, which reveals nothing about the key', () => {
    const other = new SigningKey(createSecretKey(Buffer.alloc(32)), 'wx1');
    expect(other.header).not.toBe(key.header);
    expect(new SigningKey(secretKey, 'wx2').header).toBe(key.header);
    const { kid } = JSON.parse(Buffer.from(key.header, 'base64url').toString()) as { kid: string };
    expect(bytes).not.toContain(Buffer.from(kid, 'base64url').toString('hex'));
  });

  it('returns the payload it signed', () => {
    expect(key.verify(key.sign({ a: 1 }))).toMatchObject({ a: 1 });
  });

  it('does not check the claims, including the expiry', () => {
    const payload = base64url('{"exp":1}');
    expect(key.verify(sign(`${key.header}.${payload}`))).toEqual({ exp: 1 });
  });

  it('accepts no signature of another key', () => {
    const other = createSecretKey(Buffer.alloc(32, 1));
    expect(key.verify(sign(`${key.header}.${base64url('{}')}`, other))).toBeUndefined();
  });

  it.each(['HS384', 'HS512'])('accepts no signature by %s, even of its own key', (alg) => {
    const header = base64url(JSON.stringify({ alg }));
    const token = sign(`${header}.${base64url('{}')}`, secretKey, alg.replace('HS', 'sha'));
    expect(key.verify(token)).toBeUndefined();
  });

  it.each<[string, (header: string, payload: string, mac: string) => string]>([
    ['padding', (header, payload, mac) => `${header}.${payload}.${mac}=`],
    ['a + of plain base64', (header, payload, mac) => `${header}.${payload}.+${mac.slice(1)}`],
    ['a line end', (header, payload, mac) => `${header}.${payload}.${mac}\n`],
    ['a line break at the start', (header, payload, mac) => `\n${header}.${payload}.${mac}`],
    ['a fourth segment', (header, payload, mac) => `${header}.${payload}.${mac}.${mac}`],
    ['no signature', (header, payload) => `${header}.${payload}.`],
    ['two segments', (header, payload) => `${header}.${payload}`],
    ['no header', (_, payload, mac) => `.${payload}.${mac}`],
    ['no payload', (header, _, mac) => `${header}..${mac}`],
  ])('accepts no token with %s', (_, respell) => {
    const [header = '', payload = '', mac = ''] = key.sign({}).split('.');
    expect(key.verify(respell(header, payload, mac))).toBeUndefined();
  });

  it.each([0, 1, 2])('accepts only one encoding of segment %i', (index) => {
    // Each segment ends in unused bits, which a lenient decoder ignores.
    const token = sign(`${base64url('{"alg":"HS256"} ')}.${base64url('{"a":"b"}  ')}`);
    const part = token.split('.')[index] ?? '';
    const spellings = BASE64URL.map((last) => part.slice(0, -1) + last).filter((spelling) =>
      Buffer.from(spelling, 'base64url').equals(Buffer.from(part, 'base64url')),
    );
    expect(spellings.length).toBeGreaterThan(1);
    for (const spelling of spellings) {
      const [header = '', payload = '', mac = ''] = token
        .split('.')
        .map((segment, i) => (i === index ? spelling : segment));
      const respelt = index === 2 ? `${header}.${payload}.${mac}` : sign(`${header}.${payload}`);
      expect(key.verify(respelt) !== undefined).toBe(spelling === part);
    }
  });
});

describe('headerOf', () => {
  it('is the first segment, whatever comes after', () => {
    expect(headerOf('a.b.c')).toBe('a');
    expect(headerOf('abc.')).toBe('abc');
    expect(headerOf('.b')).toBe('');
  });
});
