import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  createWxSession,
  WxSessionError,
  type WxAnswer,
  type WxCallbacks,
  type WxLike,
  type WxRequest,
} from './index.js';

const baseUrl = 'https://api.example.com';
const HOUR = 3_600_000;

type Sent = WxRequest & WxCallbacks<WxAnswer>;
type Reply = Pick<WxAnswer, 'statusCode' | 'data'> & { header?: Record<string, unknown> };

const refusal = (
  statusCode: number,
  errorCode: string,
  action: string,
  header: Record<string, unknown> = {},
): Reply => ({
  statusCode,
  header,
  data: { statusCode, error: 'E', message: `It is ${errorCode}.`, errorCode, action },
});
const EXPIRED = refusal(401, 'WX_SESSION_EXPIRED', 'relogin');
const REVOKED = refusal(401, 'WX_SESSION_REVOKED', 'relogin');
const BUSY = refusal(503, 'WX_UPSTREAM_BUSY', 'retry', { 'Retry-After': '1' });

/** A phone and, behind `wx.request`, a server like ours. Tests can make both misbehave. */
class FakeWx implements WxLike {
  /** Outlives the mini program. */
  constructor(readonly storage = new Map<string, unknown>()) {}

  logins = 0;
  checks = 0;
  private codes = 0;
  readonly sent: Sent[] = [];
  /** The tokens that the server accepts. */
  readonly valid = new Set<string>();
  expiresIn = 7200;
  /** Other responses of the server. */
  reply: (sent: Sent) => Reply | undefined = () => undefined;
  latency: (sent: Sent) => number = () => 10;

  login(options: WxCallbacks<{ code: string }>): unknown {
    this.logins++;
    const code = `code-${++this.codes}`;
    setTimeout(() => {
      options.success({ code });
    }, 10);
    return undefined;
  }

  request(sent: Sent): unknown {
    this.sent.push(sent);
    const { statusCode, data, header = {} } = this.reply(sent) ?? this.serve(sent);
    setTimeout(() => {
      sent.success({ statusCode, data, header });
    }, this.latency(sent));
    return {};
  }

  checkSession({ success }: WxCallbacks<unknown>): unknown {
    this.checks++;
    success({ errMsg: 'checkSession:ok' });
    return undefined;
  }

  uploadFile(): unknown {
    throw new Error('not here');
  }

  downloadFile(): unknown {
    throw new Error('not here');
  }

  getStorageSync(key: string): unknown {
    return this.storage.get(key) ?? '';
  }

  setStorageSync(key: string, data: string): void {
    this.storage.set(key, data);
  }

  removeStorageSync(key: string): void {
    this.storage.delete(key);
  }

  /** The same phone after a restart of the mini program. */
  restarted(): FakeWx {
    const next = new FakeWx(this.storage);
    this.valid.forEach((token) => next.valid.add(token));
    next.codes = this.codes;
    return next;
  }

  private serve(sent: Sent): Reply {
    const token = tokenIn(sent);
    if (sent.url.endsWith('/login')) {
      if (token) this.valid.delete(token);
      const next = `token-${(sent.data as { code: string }).code}`;
      this.valid.add(next);
      const data = {
        ...{
          token: next,
          tokenType: 'Bearer',
          userId: 'user-1',
          isNewUser: next === 'token-code-1',
        },
        ...{ expiresIn: this.expiresIn, expiresAt: '2020-01-01T00:00:00.000Z' },
      };
      return { statusCode: 200, data };
    }
    if (!token || !this.valid.has(token)) return REVOKED;
    if (!sent.url.endsWith('/session')) return { statusCode: 200, data: { url: sent.url } };
    this.valid.delete(token);
    return { statusCode: 204, data: '' };
  }
}

const tokenIn = ({ header }: Sent): string | undefined => header?.authorization?.slice(7);
const isLogin = ({ url }: Sent): boolean => url.endsWith('/login');

/** Advances the timers until `promise` is settled. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  await jest.runAllTimersAsync();
  return promise;
}

const failure = (promise: Promise<unknown>): Promise<WxSessionError> =>
  settled(
    promise.then(
      () => {
        throw new Error('It did not fail.');
      },
      (error: unknown) => error as WxSessionError,
    ),
  );

const many = <T>(start: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 50 }, (_, index) => start(index)));

describe('createWxSession', () => {
  let wx: FakeWx;
  beforeEach(() => {
    jest.useFakeTimers();
    wx = new FakeWx();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** With a session and empty counters. */
  async function loggedIn(options = {}): Promise<ReturnType<typeof createWxSession>> {
    const client = createWxSession({ baseUrl, wx, ...options });
    await settled(client.login());
    wx.logins = 0;
    wx.sent.length = 0;
    return client;
  }

  describe('login', () => {
    it('exchanges a code and stores the session', async () => {
      const client = createWxSession({ baseUrl, wx });
      expect(client.session).toBeUndefined();
      const login = await settled(client.login());
      expect(login).toEqual({
        userId: 'user-1',
        expiresAt: '2020-01-01T00:00:00.000Z',
        isNewUser: true,
      });
      expect(client.session).toEqual({ userId: 'user-1', expiresAt: '2020-01-01T00:00:00.000Z' });
      expect(wx.sent).toEqual([
        expect.objectContaining({
          url: `${baseUrl}/wechat/login`,
          method: 'POST',
          data: { code: 'code-1' },
          header: {},
        }),
      ]);
    });

    it.each([
      ['/auth/wx/', '/api/auth/wx/login'],
      ['', '/api/login'],
      ['/', '/api/login'],
    ])('asks the server at its path %j, for its app', async (path, expected) => {
      const options = { baseUrl: `${baseUrl}/api/`, path, appid: 'wx1' };
      await settled(createWxSession({ ...options, wx }).login());
      expect(wx.sent[0]).toMatchObject({
        url: baseUrl + expected,
        data: { code: 'code-1', appid: 'wx1' },
      });
    });

    it('sends the old token, so that the server ends that session', async () => {
      const client = await loggedIn();
      await settled(client.login());
      expect(wx.sent.map(tokenIn)).toEqual(['token-code-1']);
      expect(wx.valid.size).toBe(1);
    });

    it('happens once for concurrent calls of all pages', async () => {
      const [one, other] = [createWxSession({ baseUrl, wx }), createWxSession({ baseUrl, wx })];
      const logins = await settled(
        Promise.all([one.login(), one.login(), other.login(), other.request({ url: '/a' })]),
      );
      expect(wx.logins).toBe(1);
      expect(logins[3].statusCode).toBe(200);
      expect(one.session).toEqual(other.session);
    });

    it('is not shared with another server or storage key', async () => {
      const clients = [
        createWxSession({ baseUrl, wx }),
        createWxSession({ baseUrl: 'https://other.example', wx }),
        createWxSession({ baseUrl, wx, storageKey: 'other' }),
      ];
      await settled(Promise.all(clients.map((client) => client.login())));
      expect(wx.logins).toBe(3);
    });

    it.each([
      ['busy', BUSY, 1000],
      ['on a bad gateway', { statusCode: 502, data: '<html>' }, 1000],
      ['limiting', refusal(429, 'WX_RATE_LIMITED', 'retry', { 'retry-after': '10' }), 10_000],
      ['refusing the code', refusal(401, 'WX_CODE_USED', 'relogin'), 0],
    ])('tries once more with a fresh code when the server is %s', async (_, reply, wait) => {
      wx.reply = () => (wx.sent.length === 1 ? reply : undefined);
      const start = Date.now();
      await settled(createWxSession({ baseUrl, wx }).login());
      expect(wx.sent.map(({ data }) => data)).toEqual([{ code: 'code-1' }, { code: 'code-2' }]);
      expect(Date.now() - start).toBe(wait + 40);
    });

    it('gives up when that does not help', async () => {
      wx.reply = () => BUSY;
      const error = await failure(createWxSession({ baseUrl, wx }).login());
      expect(error).toMatchObject({
        errorCode: 'WX_UPSTREAM_BUSY',
        action: 'retry',
        retryAfter: 1,
      });
      expect(wx.logins).toBe(2);
    });

    it.each([
      refusal(403, 'WX_USER_BLOCKED', 'blocked'),
      refusal(503, 'WX_QUOTA_EXCEEDED', 'config', { 'Retry-After': '3600' }),
      refusal(500, 'WX_APP_MISCONFIGURED', 'config'),
      refusal(400, 'WX_APP_UNKNOWN', 'fix-request'),
      refusal(418, 'WX_OF_TOMORROW', 'something-new'),
    ])('gives up at once on $data.errorCode', async (reply) => {
      wx.reply = () => reply;
      const errors = await settled(
        many(() =>
          createWxSession({ baseUrl, wx })
            .login()
            .catch((error: unknown) => error),
        ),
      );
      expect(new Set(errors).size).toBe(1);
      expect(errors[0]).toBeInstanceOf(WxSessionError);
      const { message, errorCode, action } = reply.data as Record<string, string>;
      expect(errors[0]).toMatchObject({ message, errorCode, action, statusCode: reply.statusCode });
      expect(wx.logins).toBe(1);
    });

    it.each([
      ['a portal', { statusCode: 200, data: '<html>' }, 'config'],
      ['nothing', { statusCode: 204, data: '' }, 'config'],
      ['null', { statusCode: 200, data: null }, 'config'],
      ['half of it', { statusCode: 200, data: { token: 't', expiresIn: 1 } }, 'config'],
      ['another server', { statusCode: 404, data: { message: 'Cannot POST' } }, 'config'],
      ['a fault', { statusCode: 500, data: { errorCode: 1, action: 'relogin' } }, 'retry'],
    ])('rejects the response of %s as unexpected', async (_, reply, action) => {
      wx.reply = () => reply;
      const client = createWxSession({ baseUrl, wx });
      expect(await failure(client.login())).toMatchObject({
        ...{ errorCode: 'WX_ANSWER_UNEXPECTED', action, statusCode: reply.statusCode },
      });
      expect(client.session).toBeUndefined();
    });

    it.each<[string, WxLike['login'], string]>([
      [
        'fails',
        ({ fail }) => {
          fail({ errMsg: 'login:fail no network' });
        },
        'wx.login failed: login:fail no network',
      ],
      ['never calls back', () => undefined, 'wx.login failed: no answer within 10000 ms'],
      [
        'throws',
        () => {
          throw new Error('not here');
        },
        'wx.login failed: not here',
      ],
      ['rejects', () => Promise.reject(new Error('no')), 'wx.login failed: no'],
      [
        'fails in no words',
        ({ fail }) => {
          fail(undefined as unknown as { errMsg: string });
        },
        'wx.login failed: undefined',
      ],
    ])('rejects all callers with the same error when wx.login %s', async (_, login, message) => {
      const client = createWxSession({ baseUrl, wx });
      const asked = jest.spyOn(wx, 'login').mockImplementation(login);
      const errors = await settled(
        many((index) =>
          (index % 2 ? client.login() : client.request({ url: '/a' })).catch(
            (error: unknown) => error,
          ),
        ),
      );
      expect(asked).toHaveBeenCalledTimes(1);
      expect(new Set(errors).size).toBe(1);
      expect(errors[0]).toMatchObject({ errorCode: 'WX_LOGIN_FAILED', action: 'retry', message });

      asked.mockRestore();
      await expect(settled(client.request({ url: '/a' }))).resolves.toMatchObject({
        statusCode: 200,
      });
    });

    it('ignores a late or second callback of wx.login', async () => {
      let late: (() => void) | undefined;
      jest.spyOn(wx, 'login').mockImplementationOnce(({ success }) => {
        late = () => {
          success({ code: 'late' });
        };
      });
      const client = createWxSession({ baseUrl, wx, loginTimeout: 500 });
      await failure(client.login());
      late?.();
      late?.();
      await jest.runAllTimersAsync();
      expect(wx.sent).toEqual([]);
    });

    it('rejects when the server never answers', async () => {
      jest.spyOn(wx, 'request').mockReturnValue(undefined);
      const error = await failure(createWxSession({ baseUrl, wx }).login());
      expect(error).toMatchObject({
        errorCode: 'WX_REQUEST_FAILED',
        message: 'wx.request failed: no answer within 10000 ms',
      });
    });

    it('leaves no timer behind', async () => {
      await loggedIn();
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  describe('the storage', () => {
    it('keeps the session for the next start', async () => {
      const before = await loggedIn();
      wx = wx.restarted();
      const client = createWxSession({ baseUrl, wx });
      expect(client.session).toEqual(before.session);
      await settled(client.request({ url: '/a' }));
      expect(wx.logins).toBe(0);
    });

    it('has no session for another server', async () => {
      await loggedIn();
      const client = createWxSession({ baseUrl: 'https://other.example', wx: wx.restarted() });
      expect(client.session).toBeUndefined();
    });

    it.each([
      'undefined',
      '{',
      'null',
      '[]',
      '{}',
      42,
      { token: 't' },
      `{"server":"${baseUrl}/wechat"}`,
      `{"server":"${baseUrl}/wechat","token":1,"userId":"u","expiresAt":"e","until":9e15}`,
      `{"server":"${baseUrl}/wechat","token":"t","userId":"u","expiresAt":"e","until":"x"}`,
    ])('is ignored if it contains %j', async (stored) => {
      wx.storage.set('wx-session', stored);
      const client = createWxSession({ baseUrl, wx });
      expect(client.session).toBeUndefined();
      await settled(client.request({ url: '/a' }));
      expect(wx.logins).toBe(1);
    });

    it('may contain anything', async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.json(), fc.string(), fc.anything()), async (stored) => {
          wx = new FakeWx(new Map([['wx-session', stored]]));
          await settled(createWxSession({ baseUrl, wx }).request({ url: '/a' }));
          expect(wx.logins).toBe(1);
        }),
      );
    });

    it.each(['getStorageSync', 'setStorageSync', 'removeStorageSync'] as const)(
      'does not break a login when %s throws',
      async (name) => {
        jest.spyOn(wx, name).mockImplementation(() => {
          throw new Error(`${name}:fail exceed max size`);
        });
        const client = await loggedIn();
        await settled(client.request({ url: '/a' }));
        expect(wx.logins).toBe(0);
        await settled(client.logout());
        expect(client.session).toBeUndefined();
      },
    );

    it('does not keep an ended session if a full storage refuses the next', async () => {
      const client = await loggedIn();
      jest.spyOn(wx, 'setStorageSync').mockImplementation(() => {
        throw new Error('setStorage:fail exceed max size');
      });
      await settled(client.login());
      expect(wx.storage.size).toBe(0);
      expect(client.session).toBeDefined();
    });
  });

  describe('request', () => {
    it('logs in first if there is no session', async () => {
      const client = createWxSession({ baseUrl, wx });
      const answer = await settled(client.request({ url: '/a' }));
      expect(answer).toEqual({ statusCode: 200, data: { url: `${baseUrl}/a` }, header: {} });
      expect(wx.sent.map(tokenIn)).toEqual([undefined, 'token-code-1']);
    });

    it('passes its options on, except another Authorization header', async () => {
      const client = await loggedIn();
      await settled(
        client.request({
          ...{ url: 'a', method: 'PUT', data: { b: 1 }, timeout: 500, responseType: 'text' },
          header: { 'X-A': '1', Authorization: 'Bearer other' },
          ...{ enableHttp2: true },
        }),
      );
      expect(wx.sent[0]).toMatchObject({
        ...{
          url: `${baseUrl}/a`,
          method: 'PUT',
          data: { b: 1 },
          timeout: 500,
          responseType: 'text',
        },
        ...{ enableHttp2: true },
      });
      expect(wx.sent[0]?.header).toEqual({ 'x-a': '1', authorization: 'Bearer token-code-1' });
    });

    it('sets no JSON content type without a body', async () => {
      const client = await loggedIn();
      await settled(client.request({ url: '/a', method: 'DELETE' }));
      const header = { 'Content-Type': 'application/x-www-form-urlencoded' };
      await settled(client.request({ url: '/a', method: 'DELETE', header }));
      expect(wx.sent.map((sent) => sent.header?.['content-type'])).toEqual([
        'text/plain',
        'application/x-www-form-urlencoded',
      ]);
    });

    it('refuses another origin before anything is sent', async () => {
      const client = createWxSession({ baseUrl, wx });
      const error = await failure(client.request({ url: 'https://evil.example/a' }));
      expect(error).toMatchObject({ errorCode: 'WX_OTHER_ORIGIN', action: 'fix-request' });
      expect([wx.logins, wx.sent.length]).toEqual([0, 0]);
    });

    it.each<Reply>([
      { statusCode: 404, data: { statusCode: 404, message: 'Not Found' } },
      { statusCode: 403, data: 'relogin' },
      { statusCode: 403, data: { errorCode: 'AUTH', action: 'relogin' } },
      { statusCode: 403, data: { errorCode: 'WX_MINE' } },
      { statusCode: 500, data: null },
      { statusCode: 500, data: new ArrayBuffer(8) },
      { statusCode: 503, data: { errorCode: null, action: 'retry' } },
      { statusCode: 200, data: { errorCode: 'WX_SESSION_EXPIRED', action: 'relogin' } },
    ])('returns the response of your own route unchanged: $statusCode $data', async (reply) => {
      const client = await loggedIn();
      wx.reply = () => reply;
      await expect(settled(client.request({ url: '/a' }))).resolves.toEqual({
        header: {},
        ...reply,
      });
      expect(wx.sent).toHaveLength(1);
    });

    it('logs in again and replays if the server asks for a login', async () => {
      const client = await loggedIn();
      wx.valid.clear();
      const answer = await settled(client.request({ url: '/a', method: 'POST', data: 'b' }));
      expect(answer.statusCode).toBe(200);
      expect(wx.sent.map(({ url, data }) => [url, data])).toEqual([
        [`${baseUrl}/a`, 'b'],
        [`${baseUrl}/wechat/login`, { code: 'code-2' }],
        [`${baseUrl}/a`, 'b'],
      ]);
    });

    it.each([
      ['text', JSON.stringify(EXPIRED.data)],
      ['bytes', new TextEncoder().encode(JSON.stringify(EXPIRED.data)).buffer],
    ])('logs in again and replays if the response is read as %s', async (_, data) => {
      const client = await loggedIn();
      wx.reply = () => (wx.sent.length === 1 ? { statusCode: 401, data } : undefined);
      await settled(client.request({ url: '/a', responseType: 'arraybuffer' }));
      expect(wx.logins).toBe(1);
    });

    it('replays only once', async () => {
      const client = await loggedIn();
      wx.reply = (sent) => (isLogin(sent) ? undefined : EXPIRED);
      const error = await failure(client.request({ url: '/a' }));
      expect(error).toMatchObject({ errorCode: 'WX_SESSION_EXPIRED', statusCode: 401 });
      expect([wx.logins, wx.sent.length]).toEqual([1, 3]);
    });

    it('does not log in twice for one request', async () => {
      const client = createWxSession({ baseUrl, wx });
      wx.reply = (sent) => (isLogin(sent) ? undefined : EXPIRED);
      const error = await failure(client.request({ url: '/a' }));
      expect(error.errorCode).toBe('WX_SESSION_EXPIRED');
      expect([wx.logins, wx.sent.length]).toEqual([1, 2]);
    });

    it.each(['GET', 'POST'] as const)(
      'does not log in for a %s whose handler says that the session key is gone',
      async (method) => {
        const client = await loggedIn();
        wx.reply = () => refusal(401, 'WX_SESSION_KEY_INVALID', 'relogin');
        const error = await failure(client.request({ url: '/a', method }));
        expect(error).toMatchObject({ errorCode: 'WX_SESSION_KEY_INVALID', action: 'relogin' });
        expect([wx.logins, wx.sent.length]).toEqual([0, 1]);
      },
    );

    it('cannot replay data that are encrypted with another key', async () => {
      const client = await loggedIn();
      wx.reply = () => refusal(400, 'WX_DATA_UNDECRYPTABLE', 'relogin');
      const error = await failure(client.request({ url: '/a' }));
      expect(error).toMatchObject({ action: 'relogin', statusCode: 400 });
      expect([wx.logins, wx.sent.length]).toEqual([0, 1]);
    });

    it.each([
      [{ 'Retry-After': '3' }, 3000],
      [{ 'retry-after': 2 }, 2000],
      [{ 'RETRY-AFTER': '10' }, 10_000],
      [
        { 'retry-after': 'Wed, 21 Oct 2015 07:28:04 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
        4000,
      ],
      [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 1000],
      [{ 'retry-after': '-5' }, 1000],
      [{}, 1000],
      [undefined, 1000],
    ])('waits for a limited time if the server is busy: %j', async (header, wait) => {
      const client = await loggedIn();
      const busy = { ...refusal(503, 'WX_STORE_UNAVAILABLE', 'retry'), header } as Reply;
      jest.spyOn(wx, 'request').mockImplementationOnce((sent) => {
        sent.success(busy as WxAnswer);
      });
      const start = Date.now();
      await settled(client.request({ url: '/a' }));
      expect(Date.now() - start).toBe(wait + 10);
    });

    it('gives up after the second try', async () => {
      const client = await loggedIn();
      wx.reply = () => BUSY;
      const start = Date.now();
      expect((await failure(client.request({ url: '/a' }))).errorCode).toBe('WX_UPSTREAM_BUSY');
      expect(Date.now() - start).toBe(1020);
      expect(wx.sent).toHaveLength(2);
    });

    it.each([
      [{}, '11'],
      [{ maxRetryAfter: 0.5 }, '1'],
    ])('rejects at once if the wait is longer than allowed: %j, %s s', async (options, seconds) => {
      const client = await loggedIn(options);
      wx.reply = () => refusal(503, 'WX_UPSTREAM_BUSY', 'retry', { 'Retry-After': seconds });
      const start = Date.now();
      expect(await failure(client.request({ url: '/a' }))).toMatchObject({
        errorCode: 'WX_UPSTREAM_BUSY',
        retryAfter: Number(seconds),
      });
      expect([Date.now() - start, wx.sent.length]).toEqual([10, 1]);
    });

    it.each([
      refusal(403, 'WX_USER_BLOCKED', 'blocked'),
      refusal(500, 'WX_APP_MISCONFIGURED', 'config'),
      refusal(400, 'WX_PHONE_CODE_INVALID', 'fix-request'),
    ])('gives up at once on $data.action', async (reply) => {
      const client = await loggedIn();
      wx.reply = () => reply;
      const error = await failure(client.request({ url: '/a' }));
      expect(error).toBeInstanceOf(WxSessionError);
      expect(error.name).toBe('WxSessionError');
      expect(wx.sent).toHaveLength(1);
    });

    it('rejects without a second try if there is no response', async () => {
      const client = await loggedIn();
      jest.spyOn(wx, 'request').mockImplementation(({ fail }) => {
        fail({ errMsg: 'request:fail timeout' });
      });
      expect(await failure(client.request({ url: '/a' }))).toMatchObject({
        errorCode: 'WX_REQUEST_FAILED',
        action: 'retry',
        message: 'wx.request failed: request:fail timeout',
        statusCode: undefined,
      });
      expect(wx.request).toHaveBeenCalledTimes(1);
    });

    it('never has a token or a code in an error', async () => {
      const client = await loggedIn();
      wx.reply = (sent) => (isLogin(sent) ? BUSY : EXPIRED);
      const error = await failure(client.request({ url: '/a' }));
      expect(JSON.stringify([error, error.message, error.stack])).not.toMatch(/token-|code-\d/);
    });
  });

  describe('many requests at once', () => {
    const urls = (answers: WxAnswer[]): unknown[] => answers.map(({ data }) => data);
    const expected = Array.from({ length: 50 }, (_, index) => ({ url: `${baseUrl}/${index}` }));

    it('share one login if there is no session', async () => {
      const client = createWxSession({ baseUrl, wx });
      const answers = await settled(many((index) => client.request({ url: `/${index}` })));
      expect(urls(answers)).toEqual(expected);
      expect([wx.logins, wx.sent.length]).toEqual([1, 51]);
    });

    it('share one login if the session has expired by the clock', async () => {
      const client = await loggedIn();
      jest.setSystemTime(Date.now() + 3 * HOUR);
      const answers = await settled(many((index) => client.request({ url: `/${index}` })));
      expect(urls(answers)).toEqual(expected);
      expect([wx.logins, wx.sent.length]).toEqual([1, 51]);
    });

    it('share one login if the server has ended the session, for any order of responses', async () => {
      const client = await loggedIn();
      wx.valid.clear();
      // The first refusals arrive while other requests are in progress, the last long after the login.
      wx.latency = ({ url }) => (Number(url.split('/').pop()) * 37) % 100;
      const answers = await settled(many((index) => client.request({ url: `/${index}` })));
      expect(urls(answers)).toEqual(expected);
      expect([wx.logins, wx.sent.length]).toEqual([1, 101]);
    });

    it('share the failure of the login, also if they are refused after it', async () => {
      const client = await loggedIn();
      wx.valid.clear();
      wx.latency = ({ url }) => (Number(url.split('/').pop()) * 37) % 100;
      wx.login = ({ fail }) => {
        wx.logins++;
        fail({ errMsg: 'login:fail' });
      };
      const errors = await settled(
        many((index) => client.request({ url: `/${index}` }).catch((error: unknown) => error)),
      );
      expect(new Set(errors).size).toBe(1);
      expect([wx.logins, wx.sent.length]).toEqual([1, 50]);
      // A later request tries again.
      await failure(client.request({ url: '/later' }));
      expect(wx.logins).toBe(2);
    });

    it('all end, for any responses at any time', async () => {
      const replies: (Reply | undefined)[] = [
        ...[undefined, undefined, undefined, EXPIRED, REVOKED, BUSY],
        refusal(403, 'WX_USER_BLOCKED', 'blocked'),
        refusal(400, 'WX_DATA_UNDECRYPTABLE', 'relogin'),
        { statusCode: 404, data: 'nothing' },
        { statusCode: 200, data: null },
      ];
      await fc.assert(
        fc.asyncProperty(
          fc.infiniteStream(fc.constantFrom(...replies)),
          fc.infiniteStream(fc.nat(3000)),
          fc.array(fc.constantFrom('request', 'login', 'logout', 'ensureSessionKey', 'wait'), {
            maxLength: 20,
          }),
          async (reply, latency, calls) => {
            wx = new FakeWx();
            const sends = new Map<unknown, number>();
            wx.reply = (sent) => {
              if (!isLogin(sent)) sends.set(sent.data, (sends.get(sent.data) ?? 0) + 1);
              return reply.next().value as Reply | undefined;
            };
            wx.latency = () => latency.next().value as number;
            const client = createWxSession({ baseUrl, wx });
            const ends: Promise<unknown>[] = [];
            for (const [index, call] of calls.entries()) {
              if (call === 'wait') await jest.advanceTimersByTimeAsync(1500);
              else if (call === 'request') {
                ends.push(client.request({ url: '/a', method: 'POST', data: `${index}` }));
              } else ends.push(client[call]());
            }
            for (const end of await settled(Promise.allSettled(ends))) {
              if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(WxSessionError);
            }
            // The first, one retry and one replay.
            sends.delete(undefined);
            expect(Math.max(0, ...sends.values())).toBeLessThanOrEqual(3);
            // Each call asks for one login at most, and each login makes three attempts at most.
            expect(wx.logins).toBeLessThanOrEqual(3 * ends.length);
            expect(jest.getTimerCount()).toBe(0);
          },
        ),
        { numRuns: 200 },
      );
    });
  });

  describe('a wrong clock', () => {
    it.each([12, -12])('of %i hours from the start does not matter', async (hours) => {
      jest.setSystemTime(Date.now() + hours * HOUR);
      const client = await loggedIn();
      for (let i = 0; i < 3; i++) await settled(client.request({ url: '/a' }));
      expect(wx.logins).toBe(0);
    });

    it('that jumps ahead costs one login', async () => {
      const client = await loggedIn();
      jest.setSystemTime(Date.now() + 12 * HOUR);
      expect(client.session).toBeUndefined();
      for (let i = 0; i < 3; i++) await settled(client.request({ url: '/a' }));
      expect(wx.logins).toBe(1);
    });

    it('that jumps back leaves the decision to the server', async () => {
      const client = await loggedIn();
      jest.setSystemTime(Date.now() - 12 * HOUR);
      wx.valid.clear();
      for (let i = 0; i < 3; i++) await settled(client.request({ url: '/a' }));
      expect(wx.logins).toBe(1);
      expect(wx.sent).toHaveLength(5);
    });

    it('does not loop with sessions that end at once', async () => {
      wx.expiresIn = 0;
      const client = createWxSession({ baseUrl, wx });
      const answer = await settled(client.request({ url: '/a' }));
      expect([answer.statusCode, wx.logins]).toEqual([200, 1]);
    });
  });

  describe('logout', () => {
    it('ends the session on the phone and the server', async () => {
      const client = await loggedIn();
      await settled(client.logout());
      expect(wx.sent).toEqual([
        expect.objectContaining({ url: `${baseUrl}/wechat/session`, method: 'DELETE' }),
      ]);
      expect(wx.sent[0]?.header).toEqual({
        'content-type': 'text/plain',
        authorization: 'Bearer token-code-1',
      });
      expect([client.session, wx.valid.size]).toEqual([undefined, 0]);
      expect([...wx.storage.values()].join()).not.toContain('token');
    });

    it('does nothing without a session', async () => {
      await settled(createWxSession({ baseUrl, wx }).logout());
      expect(wx.sent).toEqual([]);
    });

    it('succeeds if the session had ended before', async () => {
      const client = await loggedIn();
      wx.valid.clear();
      await settled(client.logout());
      expect([wx.logins, wx.sent.length]).toEqual([0, 1]);
    });

    it('notifies the server even if the session has expired by the clock', async () => {
      const client = await loggedIn();
      jest.setSystemTime(Date.now() + 12 * HOUR);
      await settled(client.logout());
      expect(wx.valid.size).toBe(0);
    });

    it('waits and tries again if the server is busy', async () => {
      const client = await loggedIn();
      wx.reply = () => (wx.sent.length === 1 ? BUSY : undefined);
      await settled(client.logout());
      expect(wx.valid.size).toBe(0);
    });

    it.each<[string, (sent: Sent) => void, object]>([
      [
        'cannot be reached',
        ({ fail }) => {
          fail({ errMsg: 'request:fail' });
        },
        { errorCode: 'WX_REQUEST_FAILED' },
      ],
      ['does not answer', () => undefined, { errorCode: 'WX_REQUEST_FAILED' }],
      [
        'is another one',
        ({ success }) => {
          success({ statusCode: 404, data: '', header: {} });
        },
        { errorCode: 'WX_ANSWER_UNEXPECTED', statusCode: 404 },
      ],
      [
        'stays busy',
        ({ success }) => {
          success({ header: {}, ...BUSY });
        },
        { errorCode: 'WX_UPSTREAM_BUSY' },
      ],
    ])('removes the session and rejects when the server %s', async (_, request, expected) => {
      const client = await loggedIn();
      jest.spyOn(wx, 'request').mockImplementation(request);
      expect(await failure(client.logout())).toMatchObject(expected);
      expect(client.session).toBeUndefined();
      expect([...wx.storage.values()].join()).not.toContain('token');
    });

    it('also ends the session of a login in progress', async () => {
      const client = createWxSession({ baseUrl, wx });
      const login = client.login();
      await settled(Promise.all([login, client.logout()]));
      expect([client.session, wx.valid.size]).toEqual([undefined, 0]);
    });

    it('does nothing after a failed login', async () => {
      wx.login = ({ fail }) => {
        fail({ errMsg: 'login:fail' });
      };
      const client = createWxSession({ baseUrl, wx });
      const login = client.login().catch(() => undefined);
      await settled(Promise.all([login, client.logout()]));
      expect(wx.sent).toEqual([]);
    });

    it('is not undone by a request in progress', async () => {
      const client = await loggedIn();
      wx.latency = ({ method }) => (method === 'DELETE' ? 1 : 500);
      wx.reply = ({ method }) => (method === 'DELETE' ? undefined : REVOKED);
      const late = client.request({ url: '/a' }).catch((error: unknown) => error);
      await settled(client.logout());
      expect(await settled(late)).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
      expect([wx.logins, client.session]).toEqual([0, undefined]);
    });
  });

  describe('ensureSessionKey', () => {
    it('asks WeChat, and only here', async () => {
      const client = await loggedIn();
      await settled(client.request({ url: '/a' }));
      expect(wx.checks).toBe(0);
      await settled(client.ensureSessionKey());
      expect([wx.checks, wx.logins]).toEqual([1, 0]);
    });

    it('does not ask WeChat after a login', async () => {
      await settled(createWxSession({ baseUrl, wx }).ensureSessionKey());
      expect([wx.checks, wx.logins]).toEqual([0, 1]);
    });

    it.each<[string, WxLike['checkSession']]>([
      [
        'says no',
        ({ fail }) => {
          fail({ errMsg: 'checkSession:fail' });
        },
      ],
      ['says nothing', () => undefined],
      [
        'throws',
        () => {
          throw new Error('not here');
        },
      ],
    ])('logs in once for all callers if WeChat %s', async (_, checkSession) => {
      const client = await loggedIn();
      wx.checkSession = checkSession;
      await settled(many(() => client.ensureSessionKey()));
      expect(wx.logins).toBe(1);
    });

    it('uses a concurrent login of another caller', async () => {
      const client = await loggedIn();
      wx.checkSession = ({ fail }) => {
        setTimeout(() => {
          fail({ errMsg: 'checkSession:fail' });
        }, 1000);
      };
      await settled(
        Promise.all([client.ensureSessionKey(), client.ensureSessionKey(), client.login()]),
      );
      expect(wx.logins).toBe(1);
    });
  });

  describe('wx', () => {
    afterEach(() => {
      Reflect.deleteProperty(globalThis, 'wx');
    });

    it('is the global one by default, read on first use', async () => {
      const client = createWxSession({ baseUrl });
      Object.assign(globalThis, { wx });
      await settled(client.request({ url: '/a' }));
      expect(wx.logins).toBe(1);
    });

    it('is required if there is no global one', async () => {
      const client = createWxSession({ baseUrl });
      const none = 'There is no global wx here';
      expect(() => client.session).toThrow(none);
      await expect(client.login()).rejects.toThrow(none);
      await expect(client.request({ url: '/a' })).rejects.toThrow(none);
      await expect(client.logout()).rejects.toThrow(none);
      await expect(client.ensureSessionKey()).rejects.toThrow(none);
    });

    it('may return promises of its own', async () => {
      const { login } = wx;
      wx.login = (options) => {
        login.call(wx, options);
        return Promise.resolve();
      };
      await loggedIn();
      wx.request = ({ fail }) => {
        fail({ errMsg: 'request:fail' });
        return Promise.reject(new Error('request:fail'));
      };
      const error = await failure(createWxSession({ baseUrl, wx }).request({ url: '/a' }));
      expect(error.message).toBe('wx.request failed: request:fail');
    });
  });
});
