import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  AccessTokenService,
  UsersService,
  WechatApiService,
  type WechatApiRequest,
} from '../src/index.js';
import type { SandboxFault, WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, startApp, twoApps } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import type { ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

const servers = useTestServers();
let database: TestDatabase;

beforeAll(async () => {
  database = await servers.database();
});

describe('calls with an access token', () => {
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let api: WechatApiService;
  let accessTokens: AccessTokenService;
  let users: UsersService;

  beforeAll(async () => {
    wechat = await servers.sandbox(twoApps);
  });
  // Each test has its own app, so that the cache of tokens starts empty.
  const start = async (timeout = 5000): Promise<void> => {
    server = await startApp({
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      options: { ...twoApps, wechat: { baseUrl: wechat.url, timeout } },
    });
    api = server.app.get(WechatApiService);
    accessTokens = server.app.get(AccessTokenService);
    users = server.app.get(UsersService);
  };
  afterEach(async () => {
    jest.useRealTimers();
    wechat.recover();
    wechat.expireAccessTokens();
    await server.app.close();
  });
  const userOf = async (openid: string): Promise<string> => {
    await logIn(server.url, wechat.issueCode({ openid }));
    return (await users.findByOpenid(openid))?.id ?? '';
  };
  const countOf = (path: string): number =>
    wechat.requests.filter((request) => request.path === path).length;
  const tokenRequests = (): number => countOf('/cgi-bin/stable_token');
  const phoneCall = (openid: string): WechatApiRequest => ({
    path: '/wxa/business/getuserphonenumber',
    body: { code: wechat.issuePhoneCode({ openid, appid: APPID }), openid },
  });

  describe('AccessTokenService', () => {
    it('requests one token for each app and caches it', async () => {
      await start();
      const before = tokenRequests();
      const first = await accessTokens.getToken();
      expect(first).toMatch(/^[\w-]{80,512}$/);
      expect(await accessTokens.getToken(APPID)).toBe(first);
      const other = await accessTokens.getToken(OTHER_APPID);
      expect(other).not.toBe(first);
      expect(await accessTokens.getToken(OTHER_APPID)).toBe(other);
      expect(tokenRequests() - before).toBe(2);
      await expect(accessTokens.getToken('wx-unknown')).rejects.toMatchObject({
        errorCode: 'WX_APP_UNKNOWN',
      });
    });

    it('sends one request for 200 concurrent callers', async () => {
      await start();
      const before = tokenRequests();
      const tokens = await Promise.all(Array.from({ length: 200 }, () => accessTokens.getToken()));
      expect(new Set(tokens).size).toBe(1);
      expect(tokenRequests() - before).toBe(1);
    });

    it('returns the same token on several instances, without shared storage', async () => {
      await start();
      const mine = await accessTokens.getToken();
      const second = await startApp({
        databaseUrl: database.url,
        wechatUrl: wechat.url,
      });
      expect(await second.app.get(AccessTokenService).getToken()).toBe(mine);
      await second.app.close();
    });

    it('renews a token in the last five minutes of its lifetime, in the background', async () => {
      jest.useFakeTimers({
        doNotFake: [
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'setImmediate',
          'clearImmediate',
          'nextTick',
          'queueMicrotask',
          'hrtime',
        ],
      });
      await start();
      const first = await accessTokens.getToken();
      jest.advanceTimersByTime((7200 - 301) * 1000);
      const before = tokenRequests();
      expect(await accessTokens.getToken()).toBe(first);
      expect(tokenRequests() - before).toBe(0);
      jest.advanceTimersByTime(2000);
      wechat.expireAccessTokens();
      // Both are valid meanwhile: this caller gets the cached one, and the next the new one.
      expect(await accessTokens.getToken()).toBe(first);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(tokenRequests() - before).toBe(1);
      expect(await accessTokens.getToken()).not.toBe(first);
    });

    it('returns the cached token while WeChat cannot renew it, and fails once it has expired', async () => {
      jest.useFakeTimers({
        doNotFake: [
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'setImmediate',
          'clearImmediate',
          'nextTick',
          'queueMicrotask',
          'hrtime',
        ],
      });
      await start();
      const first = await accessTokens.getToken();
      wechat.fail('http-500', Infinity);
      jest.advanceTimersByTime((7200 - 60) * 1000);
      expect(await accessTokens.getToken()).toBe(first);
      await new Promise((resolve) => setTimeout(resolve, 100));
      jest.advanceTimersByTime(61_000);
      await expect(accessTokens.getToken()).rejects.toMatchObject({
        errorCode: 'WX_UPSTREAM_UNAVAILABLE',
      });
      wechat.recover();
      expect(await accessTokens.getToken()).toMatch(/^[\w-]+$/);
    });

    it.each<[SandboxFault, string]>([
      [40013, 'WX_APP_MISCONFIGURED'],
      [40125, 'WX_APP_MISCONFIGURED'],
      [40164, 'WX_APP_MISCONFIGURED'],
      [45009, 'WX_QUOTA_EXCEEDED'],
      [45011, 'WX_RATE_LIMITED'],
      ['garbage', 'WX_UPSTREAM_UNAVAILABLE'],
      ['timeout', 'WX_UPSTREAM_UNAVAILABLE'],
    ])('fails if WeChat answers %s, as %s', async (fault, errorCode) => {
      await start();
      wechat.fail(fault);
      await expect(accessTokens.getToken()).rejects.toMatchObject({ errorCode });
      expect(await accessTokens.getToken()).toMatch(/^[\w-]+$/);
    });
  });

  it('a login works while the access token endpoint is down, as it needs no token', async () => {
    const { url, close } = await proxyTo(wechat.url, (path) => path === '/cgi-bin/stable_token');
    server = await startApp({ databaseUrl: database.url, wechatUrl: url });
    const before = tokenRequests();
    const token = await logIn(server.url, wechat.issueCode());
    expect((await call('GET', `${server.url}/me`, { token })).status).toBe(200);
    await expect(server.app.get(AccessTokenService).getToken()).rejects.toMatchObject({
      errorCode: 'WX_UPSTREAM_UNAVAILABLE',
    });
    expect(await logIn(server.url, wechat.issueCode())).toBeTruthy();
    expect(tokenRequests()).toBe(before);
    close();
  });

  describe.each([40001, 40014, 42001])('where WeChat answers %i', (errcode) => {
    it('repeats the call once with a new token', async () => {
      await start();
      const id = await userOf('o-stale');
      expect(await api.checkSessionKey(id)).toBe(true);
      const [tokens, calls] = [tokenRequests(), countOf('/wxa/checksession')];
      wechat.fail(errcode);
      expect(await api.checkSessionKey(id)).toBe(true);
      expect(tokenRequests() - tokens).toBe(1);
      expect(countOf('/wxa/checksession') - calls).toBe(2);
    });
  });

  it('fails if WeChat refuses the new token too, without a third try', async () => {
    await start();
    const id = await userOf('o-stale-twice');
    await accessTokens.getToken();
    const calls = countOf('/wxa/checksession');
    // The call, the token, the call again.
    wechat.fail(40001);
    wechat.fail('slow');
    wechat.fail(40001);
    await expect(api.checkSessionKey(id)).rejects.toMatchObject({
      errorCode: 'WX_UPSTREAM_ERROR',
      errcode: 40001,
    });
    expect(countOf('/wxa/checksession') - calls).toBe(2);
  });

  it('200 concurrent calls with an expired access token request one new token', async () => {
    // A loaded machine is slow, and calls that read the session_key also ask Postgres.
    await start(25_000);
    await accessTokens.getToken(APPID);
    wechat.expireAccessTokens();
    const before = tokenRequests();
    const calls = Array.from({ length: 200 }, () => api.request(APPID, phoneCall('o-many')));
    for (const answer of await Promise.all(calls)) expect(answer).toMatchObject({ errcode: 0 });
    expect(tokenRequests() - before).toBe(1);
    expect(countOf('/wxa/business/getuserphonenumber')).toBeGreaterThan(200);
  });

  describe('checkSessionKey', () => {
    it('returns whether our session_key is the one that WeChat has', async () => {
      await start();
      const id = await userOf('o-check');
      expect(await api.checkSessionKey(id)).toBe(true);
      wechat.issueCode({ openid: 'o-check' });
      expect(await api.checkSessionKey(id)).toBe(false);
    });

    it('returns false without a request if there is no user or no session_key', async () => {
      await start();
      const id = await userOf('o-keyless');
      await database.query(`UPDATE wechat_user SET session_key = NULL WHERE id = $1`, [id]);
      const before = wechat.requests.length;
      for (const nobody of [id, '', 'x', '00000000-0000-4000-8000-000000000000']) {
        expect(await api.checkSessionKey(nobody)).toBe(false);
      }
      expect(wechat.requests).toHaveLength(before);
    });

    it('sends the parameters that WeChat documents', async () => {
      await start();
      const id = await userOf('o-exact');
      const { sessionKey } = await users.getSessionKey(id);
      await api.checkSessionKey(id);
      expect(wechat.requests.at(-1)).toMatchObject({
        method: 'GET',
        path: '/wxa/checksession',
        query: {
          access_token: '***',
          openid: 'o-exact',
          signature: createHmac('sha256', sessionKey).update('').digest('hex'),
          sig_method: 'hmac_sha256',
        },
      });
    });
  });

  describe('resetSessionKey', () => {
    it('stores the new session_key from WeChat', async () => {
      await start();
      const id = await userOf('o-reset');
      const { sessionKey: before } = await users.getSessionKey(id);
      await api.resetSessionKey(id);
      const { sessionKey: after } = await users.getSessionKey(id);
      expect(after).not.toBe(before);
      expect(await api.checkSessionKey(id)).toBe(true);
    });

    it('fails as WX_SESSION_KEY_INVALID if our session_key is no longer valid', async () => {
      await start();
      const id = await userOf('o-reset-late');
      wechat.issueCode({ openid: 'o-reset-late' });
      for (const who of [id, 'nobody']) {
        await expect(api.resetSessionKey(who)).rejects.toMatchObject({
          errorCode: 'WX_SESSION_KEY_INVALID',
          status: 401,
          action: 'relogin',
        });
      }
    });
  });

  describe('getPhoneNumber', () => {
    it.each([
      ['86', '13800138000', '13800138000'],
      [86, '13800138000', '13800138000'],
      [1, '15551234567', '115551234567'],
    ])(
      'returns the number for a code of the button, with the countryCode %j as a string',
      async (countryCode, pure, full) => {
        await start();
        const openid = 'o-phone';
        const id = await userOf(openid);
        const code = wechat.issuePhoneCode({ openid, phoneNumber: pure, countryCode });
        expect(await api.getPhoneNumber(id, code)).toEqual({
          phoneNumber: full,
          purePhoneNumber: pure,
          countryCode: String(countryCode),
          watermark: { appid: APPID, timestamp: expect.any(Number) },
        });
        await expect(api.getPhoneNumber(id, code)).rejects.toMatchObject({
          errorCode: 'WX_PHONE_CODE_INVALID',
          errcode: 40163,
          action: 'fix-request',
        });
      },
    );

    it('refuses the code of another user as WX_PHONE_CODE_INVALID', async () => {
      await start();
      const id = await userOf('o-thief');
      const code = wechat.issuePhoneCode({ openid: 'o-owner' });
      await expect(api.getPhoneNumber(id, code)).rejects.toMatchObject({
        errorCode: 'WX_PHONE_CODE_INVALID',
        status: 400,
      });
    });

    it('sends no request for a malformed code or a user that does not exist', async () => {
      await start();
      const id = await userOf('o-phone-bad');
      const before = wechat.requests.length;
      for (const code of ['', ' ', 'a b', 'x'.repeat(513), undefined, null, 42]) {
        await expect(api.getPhoneNumber(id, code as string)).rejects.toMatchObject({
          errorCode: 'WX_CODE_MALFORMED',
        });
      }
      await expect(api.getPhoneNumber('nobody', 'code')).rejects.toMatchObject({
        errorCode: 'WX_SESSION_REVOKED',
      });
      expect(wechat.requests).toHaveLength(before);
    });
  });

  describe('request', () => {
    it('makes any call with the access token, and returns the response of WeChat as it is', async () => {
      await start();
      expect(await api.request(APPID, phoneCall('o-request'))).toEqual({
        errcode: 0,
        errmsg: 'ok',
        phone_info: expect.objectContaining({ purePhoneNumber: '13800138000' }),
      });
    });

    it('repeats the call once if WeChat refuses the access token', async () => {
      await start();
      await accessTokens.getToken(APPID);
      wechat.expireAccessTokens();
      expect(await api.request(APPID, phoneCall('o-request'))).toMatchObject({ errcode: 0 });
    });

    it('fails with the errcode, and with neither the token nor the parameters in the error', async () => {
      await start();
      const failure: unknown = await api
        .request(APPID, { path: '/wxa/checksession', query: { openid: 'o-nobody-at-all' } })
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ errorCode: 'WX_UPSTREAM_ERROR', errcode: 40003 });
      const print = inspect(failure, { depth: null, showHidden: true });
      expect(print).not.toContain(await accessTokens.getToken(APPID));
      expect(print).not.toContain('o-nobody-at-all');
    });

    it('does not let the query replace the access token', async () => {
      await start();
      const call = { ...phoneCall('o-request'), query: { access_token: 'mine' } };
      expect(await api.request(APPID, call)).toMatchObject({ errcode: 0 });
    });

    it('refuses an app that is not configured', async () => {
      await start();
      await expect(api.request('wx-unknown', phoneCall('o'))).rejects.toMatchObject({
        errorCode: 'WX_APP_UNKNOWN',
      });
    });

    it.each([
      '',
      'wxa/x',
      '//evil.example/x',
      '/x?access_token=1',
      '/x#y',
      '@evil.example/',
      '/a/../b c',
    ])('sends nothing for the path %j', async (path) => {
      await start();
      const before = wechat.requests.length;
      await expect(api.request(APPID, { path })).rejects.toThrow(TypeError);
      expect(wechat.requests).toHaveLength(before);
    });
  });
});

describe('responses of WeChat that are not as documented', () => {
  const answers: Record<string, unknown> = {};
  const logger = new LogCapture();
  let server: ListeningApp;
  let id: string;
  let close: () => void;

  beforeAll(async () => {
    const upstream = createServer((request, response) => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      response.end(JSON.stringify(answers[path] ?? { errcode: 0, errmsg: 'ok' }));
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    close = () => {
      upstream.close();
      upstream.closeAllConnections();
    };
    const { port } = upstream.address() as AddressInfo;
    server = await servers.app({
      databaseUrl: database.url,
      wechatUrl: `http://127.0.0.1:${String(port)}`,
      logger,
    });
    const { user } = await server.app
      .get(UsersService)
      .upsert({ appid: APPID, openid: 'o-strange', sessionKey: 'AAAAAAAAAAAAAAAAAAAAAA==' });
    id = user.id;
  });
  afterAll(() => {
    close();
  });

  const token = { access_token: 'token', expires_in: 7200 };
  const phone = {
    phoneNumber: '1',
    purePhoneNumber: '1',
    countryCode: '86',
    watermark: { appid: APPID, timestamp: 1 },
  };

  it.each([
    [{}, 'access_token'],
    [{ ...token, access_token: '' }, 'access_token'],
    [{ ...token, access_token: 42 }, 'access_token'],
    [{ ...token, access_token: 'a b' }, 'access_token'],
    [{ ...token, access_token: 'x'.repeat(1025) }, 'access_token'],
    [{ access_token: 'token' }, 'expires_in'],
    [{ ...token, expires_in: '7200' }, 'expires_in'],
    [{ ...token, expires_in: 0 }, 'expires_in'],
    [{ ...token, expires_in: -1 }, 'expires_in'],
    [{ ...token, expires_in: 1e9 }, 'expires_in'],
  ])('stable_token: %j fails as WX_UPSTREAM_UNAVAILABLE, because of %s', async (answer, reason) => {
    answers['/cgi-bin/stable_token'] = answer;
    await expect(server.app.get(AccessTokenService).getToken()).rejects.toMatchObject({
      errorCode: 'WX_UPSTREAM_UNAVAILABLE',
      errmsg: expect.stringContaining(reason),
    });
  });

  it.each([
    [{ openid: 'o-another', session_key: 'k' }],
    [{ openid: 'o-strange' }],
    [{ openid: 'o-strange', session_key: 42 }],
  ])('resetusersessionkey: %j leaves the stored session_key as it is', async (answer) => {
    answers['/cgi-bin/stable_token'] = token;
    answers['/wxa/resetusersessionkey'] = answer;
    await expect(server.app.get(WechatApiService).resetSessionKey(id)).rejects.toMatchObject({
      errorCode: 'WX_UPSTREAM_UNAVAILABLE',
    });
    expect((await server.app.get(UsersService).getSessionKey(id)).sessionKey).toMatch(/^A{22}==$/);
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [{ ...phone, phoneNumber: undefined }],
    [{ ...phone, purePhoneNumber: 1 }],
    [{ ...phone, countryCode: null }],
    [{ ...phone, watermark: undefined }],
    [{ ...phone, watermark: null }],
    [{ ...phone, watermark: { appid: 'wx0000000000000002', timestamp: 1 } }],
    [{ ...phone, watermark: { appid: APPID } }],
  ])('getuserphonenumber: phone_info %j fails as WX_UPSTREAM_UNAVAILABLE', async (info) => {
    answers['/cgi-bin/stable_token'] = token;
    answers['/wxa/business/getuserphonenumber'] = { errcode: 0, phone_info: info };
    await expect(server.app.get(WechatApiService).getPhoneNumber(id, 'code')).rejects.toMatchObject(
      {
        errorCode: 'WX_UPSTREAM_UNAVAILABLE',
      },
    );
    expect(logger.text).not.toContain('token-');
  });
});

const folder = process.env.WECHAT_VECTORS_DIR;

(folder === undefined ? it.skip : it)(
  "the signature for checkSessionKey is that of WeChat's sample (set WECHAT_VECTORS_DIR)",
  () => {
    const vectors = JSON.parse(readFileSync(join(folder ?? '', 'wechat.json'), 'utf8')) as Record<
      string,
      string
    >[];
    const vector = vectors.find(({ kind }) => kind === 'sessionHmacSha256');
    const { sessionKey = '', rawData = '', expected } = vector ?? {};
    // The same algorithm over the message of the sample; our calls sign an empty one.
    expect(createHmac('sha256', sessionKey).update(rawData).digest('hex')).toBe(expected);
  },
);

/** WeChat with some of its endpoints down. */
async function proxyTo(
  target: string,
  isDown: (path: string) => boolean,
): Promise<{ url: string; close: () => void }> {
  const proxy = createServer((request: IncomingMessage, response) => {
    const path = request.url ?? '';
    if (isDown(path.split('?')[0] ?? '')) return void response.writeHead(503).end();
    void call(request.method ?? 'GET', target + path).then(({ text }) => response.end(text));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}
