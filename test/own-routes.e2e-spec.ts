import { request } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Post,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { createWxSession, type WxSessionClient } from '../packages/miniprogram/src/index.js';
import { NodeWx } from '../packages/miniprogram/test/support/node-wx.js';
import {
  bearerTokenOf,
  CurrentWxSession,
  disconnectSignalOf,
  LoginService,
  SessionsService,
  WechatAuthHeadersInterceptor,
  WxPublic,
  WxSessionGuard,
  type WxSession,
} from '../src/index.js';
import { APPID, OTHER_APPID, SECRET, twoApps } from './support/app.js';
import { call, type Answer, type Call } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms } from './support/platforms.js';
import { useTestServers, type TestServer } from './support/test-servers.js';
import { until } from './support/until.js';

/** The controller of the pages: its path, its body and its response are those of the host. */
@Controller('auth')
@UseInterceptors(WechatAuthHeadersInterceptor)
class AuthController {
  constructor(
    private readonly loginService: LoginService,
    private readonly sessions: SessionsService,
  ) {}

  @WxPublic()
  @Post('login')
  @HttpCode(200)
  async login(
    @Req() request: object,
    @Body('code') code: string,
    @Body('appid') appid?: string,
    @Body('channel') channel?: string,
  ): Promise<object> {
    // Checks the code and the appid.
    const login = await this.loginService.login(code, {
      appid,
      replaces: bearerTokenOf(request),
      signal: disconnectSignalOf(request),
    });
    return { result: { ...login, channel } };
  }

  @UseGuards(WxSessionGuard)
  @Delete('session')
  @HttpCode(204)
  async logout(@CurrentWxSession() session: WxSession): Promise<void> {
    await this.sessions.revoke(session);
  }
}

describe.each(platforms)('routes of the host itself on $name', (platform) => {
  const servers = useTestServers();
  const logger = new LogCapture();
  let test: TestServer;

  beforeAll(async () => {
    const apps = [APPID, OTHER_APPID].map((appid) => ({ appid, secret: SECRET }));
    test = await servers.all(
      {
        platform,
        logger,
        options: twoApps,
        extras: { routes: false },
        metadata: { controllers: [AuthController] },
      },
      { apps },
    );
  });
  afterEach(() => {
    test.wechat.recover();
  });

  const visit = (method: string, path: string, options: Call = {}): Promise<Answer> =>
    call(method, test.server.url + path, options);
  const tryToLogIn = (body: unknown, token?: string): Promise<Answer> =>
    visit('POST', '/auth/login', { body, token });
  const logIn = async (token?: string): Promise<string> => {
    const { body } = await tryToLogIn({ code: test.wechat.issueCode({ openid: 'o-own' }) }, token);
    return (body?.result as { token: string }).token;
  };
  const errorOf = async (token: string): Promise<unknown> =>
    (await visit('GET', '/me', { token })).headers['wx-error'];

  it('take the place of ours', async () => {
    for (const path of ['/wechat/login', '/auth/session', '/wechat/session']) {
      expect((await visit(path.endsWith('login') ? 'POST' : 'GET', path)).status).toBe(404);
    }
  });

  it('have a body and a response of their own, and our header', async () => {
    const code = test.wechat.issueCode({ openid: 'o-own' });
    const { status, body, headers } = await tryToLogIn({ code, channel: 'poster' });
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      result: expect.objectContaining({ tokenType: 'Bearer', channel: 'poster' }),
    });
  });

  it('end the session whose token comes with a login, and no other', async () => {
    const [first, other] = [await logIn(), await logIn()];
    const second = await logIn(first);
    expect(await errorOf(first)).toBe('WX_SESSION_REVOKED');
    expect([await errorOf(second), await errorOf(other)]).toEqual([undefined, undefined]);
  });

  it('end no session where the login fails', async () => {
    const token = await logIn();
    test.wechat.fail(40029);
    expect((await tryToLogIn({ code: test.wechat.issueCode() }, token)).status).toBe(401);
    expect(await errorOf(token)).toBeUndefined();
  });

  it('log in for each of the apps', async () => {
    const who = { openid: 'o-own', appid: OTHER_APPID };
    const { body } = await tryToLogIn({ code: test.wechat.issueCode(who), appid: OTHER_APPID });
    const { userId } = body?.result as { userId: string };
    const users = await test.database.query('SELECT appid FROM wechat_user WHERE id = $1', [
      userId,
    ]);
    expect(users).toEqual([{ appid: OTHER_APPID }]);
    const unknown = await tryToLogIn({ code: test.wechat.issueCode(), appid: 'wx9' });
    expect(unknown.headers['wx-error']).toBe('WX_APP_UNKNOWN');
  });

  it.each([
    [40029, 401, { 'wx-error': 'WX_CODE_INVALID', 'wx-action': 'relogin' }],
    [45011, 429, { 'wx-error': 'WX_RATE_LIMITED', 'wx-action': 'retry', 'retry-after': '60' }],
  ] as const)('have our headers on the error %i of WeChat', async (fault, status, headers) => {
    test.wechat.fail(fault);
    const refused = await tryToLogIn({ code: test.wechat.issueCode() });
    expect(refused).toMatchObject({ status, headers: { 'cache-control': 'no-store', ...headers } });
  });

  it.each([undefined, {}, { code: 1 }, { code: '' }])(
    'refuse the body %j as malformed',
    async (body) => {
      const refused = await tryToLogIn(body);
      expect([refused.status, refused.headers['wx-error']]).toEqual([400, 'WX_CODE_MALFORMED']);
    },
  );

  it('log out', async () => {
    const token = await logIn();
    expect((await visit('DELETE', '/auth/session', { token })).status).toBe(204);
    expect(await errorOf(token)).toBe('WX_SESSION_REVOKED');
    const again = await visit('DELETE', '/auth/session', { token });
    expect([again.status, again.headers['wx-action']]).toEqual([401, 'relogin']);
  });

  it('ask WeChat no more for a client that has closed its connection', async () => {
    // WeChat is busy: without the signal, the server would ask three times.
    test.wechat.fail(-1, 3);
    const before = test.wechat.requests.length;
    const body = JSON.stringify({ code: test.wechat.issueCode() });
    const sent = request(`${test.server.url}/auth/login`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
    });
    sent.on('error', () => undefined);
    sent.end(body);
    await until(() => test.wechat.requests.length > before);
    sent.destroy();
    // By the time that a login after it has been through all its tries, so would this one have been.
    test.wechat.fail(-1, 5);
    await tryToLogIn({ code: test.wechat.issueCode() });
    expect(test.wechat.requests.length - before).toBe(4);
  });

  describe('with the client of the mini program', () => {
    let wx: NodeWx;
    let session: WxSessionClient;

    beforeAll(() => {
      wx = new NodeWx(() => test.wechat.issueCode({ openid: 'o-client' }));
      session = createWxSession({
        baseUrl: test.server.url,
        path: 'auth',
        unwrap: ({ data }) => data.result,
        wx,
      });
    });

    it('log in, send requests, replace the session and log out', async () => {
      const { userId } = await session.login();
      const { data } = await session.request({ url: '/me' });
      expect(data).toEqual({ openid: 'o-client', userId });
      const first = await session.getToken();
      await session.login();
      expect(await errorOf(first)).toBe('WX_SESSION_REVOKED');
      const second = await session.getToken();
      await session.logout();
      expect(session.session).toBeUndefined();
      expect(await errorOf(second)).toBe('WX_SESSION_REVOKED');
    });

    it('log in again where the session has ended', async () => {
      await session.login();
      const token = await session.getToken();
      await visit('DELETE', '/auth/session', { token });
      expect((await session.request({ url: '/me' })).statusCode).toBe(200);
      expect(await session.getToken()).not.toBe(token);
    });

    it('tell it why a login is refused', async () => {
      test.wechat.fail(40226);
      await expect(session.login()).rejects.toMatchObject({
        errorCode: 'WX_USER_BLOCKED',
        action: 'blocked',
      });
    });
  });
});
