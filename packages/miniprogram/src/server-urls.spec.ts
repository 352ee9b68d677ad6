import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serverUrls } from './server-urls.js';

const ORIGIN = 'https://api.example.com';

describe('serverUrls', () => {
  const urlOf = serverUrls(`${ORIGIN}/v1/`);

  it.each([
    ['me', '/v1/me'],
    ['/me?a=1', '/v1/me?a=1'],
    ['', '/v1/'],
    ['users/a:b', '/v1/users/a:b'],
    ['?next=https://evil.example', '/v1/?next=https://evil.example'],
  ])('reads %j as relative to the baseUrl', (url, path) => {
    expect(urlOf(url)).toBe(ORIGIN + path);
  });

  it.each(['', '/', '/v2/me', '?a=1', '#a', '/@evil.example'])(
    'accepts the same origin with %j unchanged',
    (rest) => {
      expect(urlOf(ORIGIN + rest)).toBe(ORIGIN + rest);
      expect(urlOf(ORIGIN.toUpperCase() + rest)).toBe(ORIGIN.toUpperCase() + rest);
    },
  );

  it.each([
    'https://evil.example/me',
    'http://api.example.com/me',
    'https://api.example.com.evil.example/me',
    'https://api.example.com@evil.example/me',
    'https://api.example.com:8443/me',
    'https://api.example.com\\@evil.example/me',
    'https://api.example.com%2eevil.example',
    '//evil.example/me',
    'wss://api.example.com/me',
  ])('refuses %s', (url) => {
    expect(() => urlOf(url)).toThrow(
      expect.objectContaining({ errorCode: 'WX_OTHER_ORIGIN', action: 'fix-request' }),
    );
  });

  it.each(['', 'api.example.com', 'ftp://api.example.com', 'https://', 'https://a@b', '/v1'])(
    'refuses %j as a baseUrl',
    (baseUrl) => {
      expect(() => serverUrls(baseUrl)).toThrow('needs a baseUrl');
    },
  );

  it('never leaves the origin, for any URL', () => {
    const part = fc.constantFrom(
      ...['https:', 'http:', '//', '/', '\\', '@', ':', '?', '#', '%', ' ', '\t', '\n', '..'],
      ...[ORIGIN, 'api.example.com', 'evil.example', '443', 'a'],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        ),
        (url) => {
          let absolute: string;
          try {
            absolute = urlOf(url);
          } catch {
            return;
          }
          expect(new URL(absolute).origin).toBe(ORIGIN);
          expect(absolute.slice(ORIGIN.length)).toMatch(/^([/?#]|$)/);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
