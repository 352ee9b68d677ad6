import { inspect } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, ForbiddenException, Get, Injectable, UseGuards } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import {
  LoginService,
  SessionsService,
  UsersService,
  WechatAuthError,
  WechatAuthEvents,
  WxApp,
  WxSessionGuard,
  type WechatAuthEvent,
  type WechatLogin,
  type WechatLoginHook,
} from '../src/index.js';
import { AggregatedLogger } from '../src/common/aggregated-logger.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, twoApps } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn, type Answer } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { QueryCount } from './support/query-count.js';
import { useTestServers } from './support/test-servers.js';

const at: unknown = expect.any(Date);

@Controller()
@UseGuards(WxSessionGuard)
class OtherAppController {
  @WxApp(OTHER_APPID)
  @Get('other')
  other(): string {
    return 'other';
  }
}

describe.each(platforms)('WechatAuthEvents over $name', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let subscription: Subscription;
  let seen: WechatAuthEvent[];
  const logger = new LogCapture();
  const queries = new QueryCount();

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
    server = await servers.app({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      logger,
      // 200 parallel logins take more than five seconds on a slow machine.
      options: { ...twoApps, wechat: { baseUrl: wechat.url, timeout: 25_000 } },
      metadata: { controllers: [OtherAppController] },
      typeOrm: { logger: queries, logging: ['query'] } as never,
    });
  });
  beforeEach(() => {
    seen = [];
    subscription = server.app.get(WechatAuthEvents).subscribe((event) => seen.push(event));
  });
  afterEach(() => {
    subscription.unsubscribe();
    wechat.recover();
  });

  const tryToLogIn = (body: unknown, token?: string): Promise<Answer> =>
    call('POST', `${server.url}/wechat/login`, { body, token });
  const visit = (method: string, path: string, token?: string): Promise<Answer> =>
    call(method, server.url + path, { token });
  const sessionOf = async (token: string): Promise<object> => {
    const { id: sessionId, userId, appid } = await server.app.get(SessionsService).verify(token);
    return { appid, userId, sessionId };
  };

  it('are emitted for a login and for the session that it replaces', async () => {
    const first = await logIn(server.url, wechat.issueCode({ openid: 'o-login' }));
    const session = await sessionOf(first);
    expect(seen).toEqual([{ type: 'login', at, ...session, isNew: true }]);
    const code = wechat.issueCode({ openid: 'o-login' });
    const second = await logIn(server.url, code, { token: first });
    expect(seen.slice(1)).toEqual([
      { type: 'login', at, ...(await sessionOf(second)), isNew: false },
      { type: 'logout', at, ...session },
    ]);
  });

  it('are emitted once for a login with concurrent requests', async () => {
    const code = wechat.issueCode({ openid: 'o-shared' });
    const logins = server.app.get(LoginService);
    await Promise.all(Array.from({ length: 5 }, () => logins.login(code)));
    expect(seen).toEqual([expect.objectContaining({ type: 'login', isNew: true })]);
  });

  it.each([
    [40029, { status: 401, errorCode: 'WX_CODE_INVALID', errcode: 40029 }],
    [40226, { status: 403, errorCode: 'WX_USER_BLOCKED', errcode: 40226 }],
    ['http-500', { status: 503, errorCode: 'WX_UPSTREAM_UNAVAILABLE' }],
  ] as const)('tell of a login that WeChat refuses with %s', async (fault, details) => {
    wechat.fail(fault);
    await tryToLogIn({ code: wechat.issueCode(), appid: APPID });
    expect(seen).toEqual([{ type: 'login-refused', at, appid: APPID, ...details }]);
  });

  it.each([
    ['without a code', {}, { status: 400, errorCode: 'WX_CODE_MALFORMED' }],
    ['without a body', undefined, { status: 400, errorCode: 'WX_CODE_MALFORMED' }],
    ['of another app', { code: 'c', appid: 'x\ny' }, { status: 400, errorCode: 'WX_APP_UNKNOWN' }],
    [
      'of an unknown app',
      { code: 'c', appid: 'wx9' },
      { status: 400, errorCode: 'WX_APP_UNKNOWN' },
    ],
    ['of no app', { code: 'c', appid: null }, { status: 400, errorCode: 'WX_APP_UNKNOWN' }],
  ])('are emitted for a login %s, without what the client has sent', async (_, body, details) => {
    await tryToLogIn(body);
    expect(seen).toEqual([{ type: 'login-refused', at, ...details }]);
  });

  it('are emitted for a login that Postgres does not store, and for no other login', async () => {
    await database.query('ALTER TABLE wechat_user RENAME TO gone');
    await tryToLogIn({ code: wechat.issueCode() });
    await database.query('ALTER TABLE gone RENAME TO wechat_user');
    expect(seen).toEqual([
      { type: 'login-refused', at, appid: APPID, status: 503, errorCode: 'WX_STORE_UNAVAILABLE' },
    ]);
  });

  it('are emitted once for each session that ends', async () => {
    const token = await logIn(server.url, wechat.issueCode({ openid: 'o-ends' }));
    const session = (await sessionOf(token)) as { userId: string };
    const verified = await server.app.get(SessionsService).verify(token);
    seen.length = 0;
    await visit('DELETE', '/wechat/session', token);
    expect(await server.app.get(SessionsService).revoke(verified)).toBe(false);
    expect(seen).toEqual([{ type: 'logout', at, ...session }]);
    seen.length = 0;
    const { userId } = session;
    await visit(
      'DELETE',
      '/wechat/sessions',
      await logIn(server.url, wechat.issueCode({ openid: 'o-ends' })),
    );
    const users = server.app.get(UsersService);
    expect(await users.remove(userId.toUpperCase())).toBe(true);
    expect(await users.remove(userId)).toBe(false);
    expect(await server.app.get(SessionsService).revokeAll(userId)).toBe(false);
    expect(seen.slice(1)).toEqual([
      { type: 'logout-all', at, userId },
      { type: 'user-removed', at, userId },
    ]);
  });

  it('are emitted for refused sessions, with ids if the token was issued here', async () => {
    const token = await logIn(server.url, wechat.issueCode({ openid: 'o-refused' }));
    const session = await sessionOf(token);
    const refused = (errorCode: string, known: object = {}): object => ({
      type: 'session-refused',
      at,
      errorCode,
      ...known,
    });
    seen.length = 0;
    await visit('GET', '/me');
    await visit('GET', '/me', `${token.slice(0, -2)}AA`);
    await visit('GET', '/me', 'x'.repeat(4000));
    await visit('GET', '/other', token);
    expect(seen.splice(0)).toEqual([
      refused('WX_SESSION_MISSING'),
      refused('WX_SESSION_INVALID'),
      refused('WX_SESSION_INVALID'),
      refused('WX_SESSION_INVALID', session),
    ]);
    await visit('DELETE', '/wechat/session', token);
    seen.length = 0;
    await visit('GET', '/me', token);
    expect(seen).toEqual([refused('WX_SESSION_REVOKED', session)]);
  });

  it('are not emitted if a request succeeds or Postgres does not answer', async () => {
    const token = await logIn(server.url, wechat.issueCode({ openid: 'o-quiet' }));
    seen.length = 0;
    expect((await visit('GET', '/me', token)).status).toBe(200);
    await database.query('ALTER TABLE wechat_revoked_session RENAME TO gone');
    for (const method of ['GET', 'DELETE']) {
      expect((await visit(method, '/wechat/session', token)).status).toBe(503);
    }
    await database.query('ALTER TABLE gone RENAME TO wechat_revoked_session');
    expect(seen).toEqual([]);
  });

  it('are 200 of 200 parallel logins', async () => {
    const logins = server.app.get(LoginService);
    await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        logins.login(wechat.issueCode({ openid: `o-many-${String(i % 20)}` })),
      ),
    );
    expect(seen.map(({ type }) => type)).toEqual(Array(200).fill('login'));
    expect(seen.filter((event) => event.type === 'login' && event.isNew)).toHaveLength(20);
    const ids = seen.map((event) => event.type === 'login' && event.sessionId);
    expect(new Set(ids).size).toBe(200);
  });

  it('do not fail a login if a subscriber throws, which is logged once', async () => {
    const failing = server.app.get(WechatAuthEvents).subscribe(() => {
      throw new Error('a mistake of the app');
    });
    expect((await tryToLogIn({ code: wechat.issueCode() })).status).toBe(200);
    failing.unsubscribe();
    server.app.get(AggregatedLogger).flush();
    expect(seen).toHaveLength(1);
    const lines = logger.lines.filter((line) => line.includes('WechatAuthEvents'));
    expect(lines).toEqual([expect.stringMatching(/^error A subscriber .* has failed: Error at /)]);
  });

  it('are no longer emitted to a subscriber that has unsubscribed', async () => {
    subscription.unsubscribe();
    await tryToLogIn({ code: wechat.issueCode() });
    expect(seen).toEqual([]);
  });

  describe('of a unionid', () => {
    const known = (userId: unknown, otherUserIds: unknown[], appid = APPID): object => ({
      type: 'unionid-known',
      at,
      appid,
      userId,
      otherUserIds,
    });
    const logInWith = async (who: object): Promise<string> => {
      const { appid } = who as { appid?: string };
      const answer = await tryToLogIn({ code: wechat.issueCode(who), ...(appid && { appid }) });
      return String(answer.body?.userId);
    };
    const unionidEvents = (): WechatAuthEvent[] =>
      seen.filter(({ type }) => type === 'unionid-known');

    it('are emitted for a new user, with the other users of that person', async () => {
      const unionid = 'u-person';
      const first = await logInWith({ openid: 'o-1', unionid });
      const second = await logInWith({ openid: 'o-2', unionid, appid: OTHER_APPID });
      expect(unionidEvents()).toEqual([known(first, []), known(second, [first], OTHER_APPID)]);
      expect(seen.map(({ type }) => type)).toEqual(
        Array(2).fill(['unionid-known', 'login']).flat(),
      );
    });

    it('are emitted once for a user, also with parallel logins with the unionid', async () => {
      const who = { openid: 'o-late', unionid: 'u-late' };
      const userId = await logInWith({ openid: who.openid });
      expect(unionidEvents()).toEqual([]);
      await Promise.all(Array.from({ length: 30 }, () => logInWith(who)));
      expect(unionidEvents()).toEqual([known(userId, [])]);
      const user = await server.app.get(UsersService).findById(userId);
      expect(user).toMatchObject({ unionid: who.unionid });
    });

    it('are emitted once if first logins with and without it are concurrent', async () => {
      for (let round = 0; round < 5; round++) {
        seen.length = 0;
        const openid = `o-race-${String(round)}`;
        const users = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            logInWith({ openid, ...(i % 2 === 1 && { unionid: `u-${openid}` }) }),
          ),
        );
        expect(unionidEvents()).toEqual([known(users[0], [])]);
      }
    });

    it('need no statement if the unionid is known, or without subscribers', async () => {
      const who = { openid: 'o-cost', unionid: 'u-cost' };
      await logInWith(who);
      queries.count = 0;
      await logInWith(who);
      expect(queries.count).toBe(1);
      subscription.unsubscribe();
      await logInWith({ openid: 'o-cost-2', unionid: 'u-cost' });
      expect(queries.count).toBe(2);
    });

    it('are emitted for users of UsersService.upsert, which returns the unionid', async () => {
      const exchange = { appid: APPID, openid: 'o-upsert', sessionKey: 'AAAAAAAAAAAAAAAAAAAAAA==' };
      const users = server.app.get(UsersService);
      const { user } = await users.upsert(exchange);
      const again = await users.upsert({ ...exchange, unionid: 'u-upsert' });
      expect(again).toEqual({
        user: expect.objectContaining({ unionid: 'u-upsert' }),
        isNew: false,
      });
      expect(seen).toEqual([known(user.id, [])]);
      await users.upsert({ ...exchange, unionid: 'u-changed' });
      expect(await users.findById(user.id)).toMatchObject({ unionid: 'u-changed' });
      expect(seen).toHaveLength(1);
    });
  });

  it('contain no secret, and no id of WeChat except the appid', async () => {
    const who = { openid: 'CANARY-openid', unionid: 'CANARY-unionid' };
    const code = wechat.issueCode(who);
    const token = await logIn(server.url, code);
    await tryToLogIn({ code, appid: 'CANARY-appid' });
    await tryToLogIn({ code: 'CANARY-code' });
    await visit('GET', '/me', `${token}CANARY`);
    await visit('DELETE', '/wechat/sessions', token);
    await visit('GET', '/me', token);
    const everything = seen.map((event) => inspect(event, { depth: null, showHidden: true }));
    expect(everything.length).toBeGreaterThan(5);
    for (const secret of ['CANARY', code, token, token.split('.')[2] ?? token]) {
      expect(everything.join('\n')).not.toContain(secret);
    }
    const fields = new Set(seen.flatMap((event) => Object.keys(event)));
    expect([...fields].sort()).toEqual(
      'appid at errcode errorCode isNew otherUserIds sessionId status type userId'.split(' '),
    );
  });
});

/** The behaviour of the hook at the next logins. */
let behave: (login: WechatLogin) => Promise<unknown> = () => Promise.resolve();

@Injectable()
class Hook implements WechatLoginHook {
  onLogin(login: WechatLogin): Promise<unknown> {
    return behave(login);
  }
}

describe('WechatAuthEvents with a loginHook', () => {
  const servers = useTestServers();
  let wechat: WechatSandbox;
  let server: ListeningApp;
  const seen: WechatAuthEvent[] = [];

  beforeAll(async () => {
    ({ wechat, server } = await servers.all({
      extras: { loginHook: Hook },
      metadata: { providers: [Hook] },
    }));
    server.app.get(WechatAuthEvents).subscribe((event) => seen.push(event));
  });
  beforeEach(() => {
    seen.length = 0;
    behave = () => Promise.resolve();
  });

  const logInAs = (openid: string): Promise<Answer> =>
    call('POST', `${server.url}/wechat/login`, {
      body: { code: wechat.issueCode({ openid, unionid: `u-${openid}` }) },
    });

  const refusals: [string, () => Promise<unknown>, object][] = [
    ['its own exception', () => Promise.reject(new ForbiddenException('CANARY')), { status: 403 }],
    [
      'an error of the library',
      () => Promise.reject(new WechatAuthError('WX_USER_BLOCKED')),
      { status: 403, errorCode: 'WX_USER_BLOCKED' },
    ],
    ['a bug', () => Promise.reject(new Error('CANARY')), { status: 500 }],
  ];

  it.each(refusals)(
    'report only that it has refused a new and a known user with %s',
    async (name, refuse, details) => {
      behave = refuse;
      await logInAs(`o-${name}`);
      const refused = { type: 'login-refused', at, appid: APPID, ...details };
      expect(seen.splice(0)).toEqual([refused]);
      behave = () => Promise.resolve();
      const { body } = await logInAs(`o-${name}`);
      expect(seen.splice(0).map(({ type }) => type)).toEqual(['unionid-known', 'login']);
      behave = refuse;
      await logInAs(`o-${name}`);
      expect(seen).toEqual([{ ...refused, userId: body?.userId }]);
    },
  );
});
