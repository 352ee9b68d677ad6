import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createTestWechat, TEST_APP } from '../../test/support/test-wechat.js';
import { until } from '../../test/support/until.js';
import type { AccessTokenService } from './access-token.service.js';

const MINUTE = 60_000;

describe('AccessTokenService', () => {
  let server: Server;
  let accessTokens: AccessTokenService;
  let asked: unknown[];
  /** By how much the clock is ahead, in milliseconds. */
  let ahead: number;
  /** WeChat's answer; each `token-…` is a new token. */
  let answer: () => unknown;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    ahead = 0;
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
    asked = [];
    answer = () => ({ access_token: `token-${String(asked.length)}`, expires_in: 7200 });
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push([request.method, request.url, JSON.parse(body)]);
        response.end(JSON.stringify(answer()));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${String(port)}`;
    ({ accessTokens } = createTestWechat({ baseUrl, timeout: 20_000 }));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    Logger.overrideLogger(false);
    server.close();
    server.closeAllConnections();
  });

  it('requests a stable token as WeChat documents it', async () => {
    expect(await accessTokens.getToken()).toBe('token-1');
    expect(asked).toEqual([
      ['POST', '/cgi-bin/stable_token', { grant_type: 'client_credential', ...TEST_APP }],
    ]);
  });

  it('keeps a token until five minutes before its end', async () => {
    await accessTokens.getToken();
    ahead += 115 * MINUTE - 1000;
    expect(await accessTokens.getToken(TEST_APP.appid)).toBe('token-1');
    expect(asked).toHaveLength(1);
  });

  it('renews it in the background in the last five minutes', async () => {
    await accessTokens.getToken();
    ahead += 115 * MINUTE + 1000;
    expect(await accessTokens.getToken()).toBe('token-1');
    await until(async () => (await accessTokens.getToken()) === 'token-2');
    expect(asked).toHaveLength(2);
  });

  it('returns the old token while it cannot be renewed, and fails once that has expired', async () => {
    await accessTokens.getToken();
    answer = () => ({ errcode: 45009 });
    ahead += 119 * MINUTE;
    expect(await accessTokens.getToken()).toBe('token-1');
    await until(() => asked.length === 2);
    ahead += MINUTE;
    await expect(accessTokens.getToken()).rejects.toMatchObject({ errcode: 45009 });
  });

  it('counts the lifetime from the time of the request', async () => {
    answer = () => {
      ahead += 2 * MINUTE;
      return { access_token: `token-${String(asked.length)}`, expires_in: 60 };
    };
    expect(await accessTokens.getToken()).toBe('token-1');
    expect(await accessTokens.getToken()).toBe('token-2');
  });

  it('replaces a refused token once for all calls that used it', async () => {
    const stale = await accessTokens.getToken();
    const replaced = Array.from({ length: 20 }, () => accessTokens.replace(stale));
    expect(new Set(await Promise.all(replaced))).toEqual(new Set(['token-2']));
    expect(await accessTokens.replace(stale, TEST_APP.appid)).toBe('token-2');
    expect(asked).toHaveLength(2);
  });

  it.each([
    [{}, 'access_token'],
    [{ access_token: 42, expires_in: 7200 }, 'access_token'],
    [{ access_token: '', expires_in: 7200 }, 'access_token'],
    [{ access_token: 'a b', expires_in: 7200 }, 'access_token'],
    [{ access_token: 'é', expires_in: 7200 }, 'access_token'],
    [{ access_token: 'x'.repeat(1025), expires_in: 7200 }, 'access_token'],
    [{ access_token: 'x' }, 'expires_in'],
    [{ access_token: 'x', expires_in: '7200' }, 'expires_in'],
    [{ access_token: 'x', expires_in: 0 }, 'expires_in'],
    [{ access_token: 'x', expires_in: 86_401 }, 'expires_in'],
  ])('accepts no token from %j, because of %s', async (body, reason) => {
    answer = () => body;
    await expect(accessTokens.getToken()).rejects.toMatchObject({
      errorCode: 'WX_UPSTREAM_UNAVAILABLE',
      errmsg: expect.stringContaining(reason),
    });
  });

  it('keeps the AppSecret out of an error, also if WeChat repeats it', async () => {
    answer = () => ({ errcode: 40013, errmsg: `wrong: ${JSON.stringify(asked.at(-1))}` });
    const failure = await accessTokens.getToken().catch((error: unknown) => error);
    expect(failure).toMatchObject({ errmsg: expect.stringContaining('"secret":"***"') });
    expect(JSON.stringify(failure)).not.toContain(TEST_APP.secret);
  });

  it('accepts the longest token and the longest lifetime', async () => {
    const token = '!'.repeat(1024);
    answer = () => ({ access_token: token, expires_in: 86_400 });
    expect(await accessTokens.getToken()).toBe(token);
    ahead += 86_400_000 - 6 * MINUTE;
    expect(await accessTokens.getToken()).toBe(token);
    expect(asked).toHaveLength(1);
  });

  it('has no token for an app that is not configured', async () => {
    await expect(accessTokens.getToken('wx-unknown')).rejects.toMatchObject({
      errorCode: 'WX_APP_UNKNOWN',
    });
    await expect(accessTokens.replace('x', 'wx-unknown')).rejects.toMatchObject({
      errorCode: 'WX_APP_UNKNOWN',
    });
  });
});
