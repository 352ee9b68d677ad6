import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, twoApps } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn, type Answer } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const refused = (statusCode: number, errorCode: string, action: string): object => ({
  statusCode,
  error: expect.any(String),
  message: expect.any(String),
  errorCode,
  action,
});

describe.each(platforms)('the login routes over $name', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;

  beforeAll(async () => {
    ({ database, wechat, server } = await servers.all({ platform, options: twoApps }, twoApps));
  });

  afterEach(() => {
    wechat.recover();
  });

  const post = (body: unknown, headers = {}): Promise<Answer> =>
    call('POST', `${server.url}/wechat/login`, { body, headers });
  const countUsers = async (): Promise<number> => {
    const [row] = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM wechat_user');
    return row?.n ?? NaN;
  };

  it('POST /wechat/login returns a session, with Cache-Control: no-store', async () => {
    const before = Date.now();
    const answer = await post({ code: wechat.issueCode() });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toEqual({
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{43}$/),
      tokenType: 'Bearer',
      expiresIn: 7200,
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      userId: expect.stringMatching(UUID),
      isNewUser: true,
    });
    const lasts = Date.parse(String(answer.body?.expiresAt)) - before;
    expect(lasts).toBeGreaterThan(7_198_000);
    expect(lasts).toBeLessThan(7_202_000);
  });

  it('POST /wechat/login returns the same userId when a user logs in again', async () => {
    const openid = 'o-returning';
    const first = await post({ code: wechat.issueCode({ openid }) });
    const second = await post({ code: wechat.issueCode({ openid }) });
    expect(second.body).toMatchObject({ userId: first.body?.userId, isNewUser: false });
  });

  it('POST /wechat/login creates one user for each openid, in any script', async () => {
    const openids = ['o-é', 'o-e\u0301', 'o-用户😀', "o-'; DROP TABLE wechat_user; --", 'O-É'];
    for (const openid of openids) {
      const { body } = await post({ code: wechat.issueCode({ openid }) });
      expect(body).toMatchObject({ isNewUser: true });
    }
    const rows = await database.query<{ openid: string }>(
      'SELECT openid FROM wechat_user WHERE openid = ANY($1)',
      [openids],
    );
    expect(rows.map((row) => row.openid).sort()).toEqual([...openids].sort());
  });

  it('GET /wechat/session returns the session', async () => {
    const login = await post({ code: wechat.issueCode() });
    const { userId, token, expiresAt } = login.body ?? {};
    const answer = await call('GET', `${server.url}/wechat/session`, { token: String(token) });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toEqual({
      userId,
      appid: APPID,
      issuedAt: expect.stringMatching(/Z$/),
      expiresAt,
    });
  });

  it('DELETE /wechat/session ends this session and no other', async () => {
    const openid = 'o-two-phones';
    const [phone, tablet] = [
      await logIn(server.url, wechat.issueCode({ openid })),
      await logIn(server.url, wechat.issueCode({ openid })),
    ];
    const answer = await call('DELETE', `${server.url}/wechat/session`, { token: phone });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers['cache-control']).toBe('no-store');
    const gone = await call('GET', `${server.url}/me`, { token: phone });
    expect(gone.body).toEqual(refused(401, 'WX_SESSION_REVOKED', 'relogin'));
    expect((await call('GET', `${server.url}/me`, { token: tablet })).status).toBe(200);
  });

  it('DELETE /wechat/sessions ends every session of the user', async () => {
    const openid = 'o-all-phones';
    const tokens = [
      await logIn(server.url, wechat.issueCode({ openid })),
      await logIn(server.url, wechat.issueCode({ openid })),
    ];
    const stranger = await logIn(server.url, wechat.issueCode());
    const answer = await call('DELETE', `${server.url}/wechat/sessions`, { token: tokens[0] });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers['cache-control']).toBe('no-store');
    for (const token of tokens) {
      const gone = await call('GET', `${server.url}/me`, { token });
      expect(gone.body).toEqual(refused(401, 'WX_SESSION_REVOKED', 'relogin'));
    }
    expect((await call('GET', `${server.url}/me`, { token: stranger })).status).toBe(200);
  });

  it.each(['GET /wechat/session', 'DELETE /wechat/session', 'DELETE /wechat/sessions'])(
    '%s without a token is refused with 401',
    async (route) => {
      const [method = '', path = ''] = route.split(' ');
      const answer = await call(method, server.url + path);
      expect(answer.body).toEqual(refused(401, 'WX_SESSION_MISSING', 'relogin'));
      expect(answer.headers).toMatchObject({
        'www-authenticate': 'Bearer',
        'cache-control': 'no-store',
      });
    },
  );

  describe('a login with an Authorization header', () => {
    const login = (authorization: string | string[]): Promise<Answer> =>
      post({ code: wechat.issueCode({ openid: 'o-replace' }) }, { authorization });

    it('[M-09] ends the session in it', async () => {
      const old = await logIn(server.url, wechat.issueCode({ openid: 'o-replace' }));
      const answer = await login(`Bearer ${old}`);
      expect(answer.status).toBe(200);
      expect((await call('GET', `${server.url}/me`, { token: old })).body).toMatchObject({
        errorCode: 'WX_SESSION_REVOKED',
      });
      const token = String(answer.body?.token);
      expect((await call('GET', `${server.url}/me`, { token })).status).toBe(200);
    });

    it.each(['Bearer', 'Bearer x', 'Bearer a.b.c', 'Basic eDp5', ''])(
      'succeeds if it holds no valid session: %j',
      async (authorization) => {
        expect((await login(authorization)).status).toBe(200);
      },
    );

    it('does not end the session in it if WeChat refuses the code', async () => {
      const token = await logIn(server.url, wechat.issueCode({ openid: 'o-replace' }));
      const answer = await post({ code: 'never-issued' }, { authorization: `Bearer ${token}` });
      expect(answer.status).toBe(401);
      expect((await call('GET', `${server.url}/me`, { token })).status).toBe(200);
    });
  });

  describe('a login with an appid', () => {
    it('is a login to that app', async () => {
      const code = wechat.issueCode({ appid: OTHER_APPID });
      const login = await post({ code, appid: OTHER_APPID });
      const token = String(login.body?.token);
      const { body } = await call('GET', `${server.url}/wechat/session`, { token });
      expect(body).toMatchObject({ appid: OTHER_APPID });
    });

    it('gives the same openid another userId in each app', async () => {
      const openid = 'o-in-both-apps';
      const here = await post({ code: wechat.issueCode({ openid }) });
      const code = wechat.issueCode({ openid, appid: OTHER_APPID });
      const there = await post({ code, appid: OTHER_APPID });
      expect(there.body).toMatchObject({ isNewUser: true });
      expect(there.body?.userId).not.toBe(here.body?.userId);
    });

    it('is refused as WX_CODE_INVALID if the code is of another app', async () => {
      const answer = await post({ code: wechat.issueCode(), appid: OTHER_APPID });
      expect(answer.body).toEqual(refused(401, 'WX_CODE_INVALID', 'relogin'));
    });

    it.each(['wx-unknown', '', null, 42, [APPID], { toString: 1 }])(
      'that is not configured is refused as WX_APP_UNKNOWN: %j',
      async (appid) => {
        const asked = wechat.requests.length;
        const answer = await post({ code: 'code', appid });
        expect(answer.body).toEqual(refused(400, 'WX_APP_UNKNOWN', 'fix-request'));
        expect(wechat.requests).toHaveLength(asked);
      },
    );
  });

  describe('a malformed login', () => {
    it.each([
      ['no code', {}],
      ['the code in another field', { js_code: 'x' }],
      ['null as the code', { code: null }],
      ['a number as the code', { code: 42 }],
      ['a list as the code', { code: ['x'] }],
      ['an object as the code', { code: { code: 'x' } }],
      ['true as the code', { code: true }],
      ['an empty code', { code: '' }],
      ['a code of 513 characters', { code: 'x'.repeat(513) }],
      ['a space in the code', { code: 'a b' }],
      ['a line feed in the code', { code: 'abc\n' }],
      ['NUL in the code', { code: 'a\0b' }],
      ['a no-break space in the code', { code: 'a\u00a0b' }],
      ['half a surrogate pair', '{"code":"\\ud800"}'],
      ['a list as the body', ['code']],
      ['a list with an empty object', [{}]],
    ])('with %s is refused as WX_CODE_MALFORMED, without a request to WeChat', async (_, body) => {
      const [asked, users] = [wechat.requests.length, await countUsers()];
      const answer = await post(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual(refused(400, 'WX_CODE_MALFORMED', 'fix-request'));
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(wechat.requests).toHaveLength(asked);
      expect(await countUsers()).toBe(users);
    });

    it('without a body is refused as WX_CODE_MALFORMED', async () => {
      const answer = await call('POST', `${server.url}/wechat/login`);
      expect(answer.body).toEqual(refused(400, 'WX_CODE_MALFORMED', 'fix-request'));
    });

    it.each([
      ['invalid JSON', '{"code":', {}, [400]],
      ['a JSON string', '"code"', {}, [400]],
      ['JSON null', 'null', {}, [400]],
      ['an empty JSON body', '', {}, [400]],
      ['__proto__', '{"__proto__":{"code":"x"}}', {}, [400]],
      ['constructor.prototype', '{"constructor":{"prototype":{"code":"x"}}}', {}, [400]],
      ['plain text', 'code', { 'content-type': 'text/plain' }, [400, 415]],
      ['XML', '<code/>', { 'content-type': 'application/xml' }, [400, 415]],
      [
        'a wrong charset',
        '{"code":"x"}',
        { 'content-type': 'application/json; charset=x' },
        [400, 401, 415],
      ],
      ['a megabyte of code', JSON.stringify({ code: 'x'.repeat(1024 * 1024) }), {}, [413]],
      ['10,000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, {}, [400]],
    ])(
      'with %s as the body is refused with a status of 400 to 415',
      async (_, body, headers, statuses) => {
        const [asked, users] = [wechat.requests.length, await countUsers()];
        const answer = await post(body, headers);
        expect(statuses).toContain(answer.status);
        expect(answer.body).toMatchObject({ statusCode: answer.status });
        expect(await countUsers()).toBe(users);
        // A server that ignores the charset may read the code, which WeChat then refuses.
        if (answer.status !== 401) expect(wechat.requests).toHaveLength(asked);
      },
    );

    it('with unknown fields in addition to the code succeeds', async () => {
      const body = { code: wechat.issueCode(), userInfo: { nickName: 'x' }, isAdmin: true };
      expect((await post(body)).status).toBe(200);
    });

    it('with a code of 512 characters in any script is sent to WeChat', async () => {
      const code = '码'.repeat(512);
      const answer = await post({ code });
      expect(answer.body).toEqual(refused(401, 'WX_CODE_INVALID', 'relogin'));
      expect(wechat.requests.at(-1)?.query).toMatchObject({ js_code: code });
    });

    it('[M-16] cannot add parameters to the request to WeChat through its code', async () => {
      const code = `x&appid=${OTHER_APPID}&secret=y#?=%26+/`;
      await post({ code });
      expect(wechat.requests.at(-1)?.query).toEqual({
        appid: APPID,
        secret: '***',
        js_code: code,
        grant_type: 'authorization_code',
      });
    });

    it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('by %s is refused with 404', async (method) => {
      expect((await call(method, `${server.url}/wechat/login`)).status).toBe(404);
    });

    it('with any JSON body returns a documented status and creates no user', async () => {
      const users = await countUsers();
      await fc.assert(
        fc.asyncProperty(fc.json(), async (body) => {
          const answer = await post(body);
          expect([400, 401]).toContain(answer.status);
          expect(answer.body).toMatchObject({ statusCode: answer.status });
        }),
        { numRuns: 100 },
      );
      expect(await countUsers()).toBe(users);
    });

    it('with any string as the code returns a documented error', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 600 }), async (code) => {
          const answer = await post({ code });
          expect(['WX_CODE_MALFORMED', 'WX_CODE_INVALID']).toContain(answer.body?.errorCode);
        }),
        { numRuns: 100 },
      );
    });
  });
});
