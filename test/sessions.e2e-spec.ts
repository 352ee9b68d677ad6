import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Observable } from 'rxjs';
import {
  CurrentWxSession,
  CurrentWxUser,
  SessionsService,
  UsersService,
  WechatAuthError,
  WechatUser,
  WxApp,
  WxPublic,
  WxSessionGuard,
  type WxSession,
} from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, twoApps, type TestAppOptions } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

@Controller('shop')
@UseGuards(WxSessionGuard)
@WxApp(APPID)
class ShopController {
  @Get()
  shop(): string {
    return 'shop';
  }

  @WxApp(OTHER_APPID)
  @Get('admin')
  admin(): string {
    return 'admin';
  }
}

@Controller('unguarded')
class UnguardedController {
  @Get('session')
  session(@CurrentWxSession() session: WxSession): WxSession {
    return session;
  }

  @Get('user')
  user(@CurrentWxUser() user: object): object {
    return user;
  }
}

/** A guard with overrides: the token is in a cookie, and a missing one is Nest's own 403. */
@Injectable()
class CookieGuard extends WxSessionGuard {
  protected override getToken(context: ExecutionContext): string | undefined {
    const { headers } = context.switchToHttp().getRequest<{ headers: { cookie?: string } }>();
    return /(?:^|; )wx=([^;]+)/.exec(headers.cookie ?? '')?.[1];
  }

  protected override refuse(error: WechatAuthError, context: ExecutionContext): Promise<boolean> {
    return error.errorCode === 'WX_SESSION_MISSING'
      ? Promise.resolve(false)
      : super.refuse(error, context);
  }
}

@Controller('cookie')
@UseGuards(CookieGuard)
class CookieController {
  @Get()
  show(@CurrentWxSession() { appid }: WxSession): object {
    return { appid };
  }
}

/** Runs after the guard and before the parameters of the handler. */
@Injectable()
class RemoveUser implements NestInterceptor {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { headers } = context.switchToHttp().getRequest<{ headers: { authorization: string } }>();
    const session = await this.sessions.verify(headers.authorization.slice('Bearer '.length));
    await this.users.remove(session.userId);
    return next.handle();
  }
}

/** Replaces the handler, as decorators of other libraries do: the guard does not see what it reads. */
function replaced(
  _: object,
  __: string,
  descriptor: TypedPropertyDescriptor<(user: WechatUser) => object>,
): void {
  const handler = descriptor.value;
  descriptor.value = function (user) {
    return handler?.call(this, user) ?? {};
  };
}

@Controller('removed-meanwhile')
@UseGuards(WxSessionGuard)
@UseInterceptors(RemoveUser)
class RemovedMeanwhileController {
  @Get()
  @replaced
  show(@CurrentWxUser() user: WechatUser): object {
    return user;
  }
}

@Module({
  controllers: [ShopController, UnguardedController, CookieController, RemovedMeanwhileController],
})
class RoutesModule {}

describe.each(platforms)('sessions over $name', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let a: ListeningApp;
  let b: ListeningApp;

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
    const test: TestAppOptions = {
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      options: twoApps,
      metadata: { imports: [RoutesModule] },
    };
    [a, b] = [await servers.app(test), await servers.app(test)];
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const errorCodeAt = async (url: string, token: string): Promise<unknown> =>
    (await call('GET', url, { token })).body?.errorCode;

  it('[M-07] a logout on instance A holds on instance B at once', async () => {
    for (let round = 0; round < 10; round++) {
      const token = await logIn(a.url, wechat.issueCode());
      expect((await call('GET', `${b.url}/me`, { token })).status).toBe(200);
      expect((await call('DELETE', `${a.url}/wechat/session`, { token })).status).toBe(204);
      expect(await errorCodeAt(`${b.url}/me`, token)).toBe('WX_SESSION_REVOKED');
    }
  });

  it('[M-07] two concurrent logouts of one session both succeed or find it ended', async () => {
    const token = await logIn(a.url, wechat.issueCode());
    const twice = [0, 1].map(() => call('DELETE', `${a.url}/wechat/session`, { token }));
    const statuses = (await Promise.all(twice)).map(({ status }) => status);
    expect(statuses).toContain(204);
    expect([204, 401]).toEqual(expect.arrayContaining(statuses));
    expect(await errorCodeAt(`${b.url}/me`, token)).toBe('WX_SESSION_REVOKED');
  });

  it('[M-08] revokeAll and a login within the same second: the old session ends, the new one is accepted', async () => {
    // The clock is stopped, so that both are in the same second.
    jest.useFakeTimers({ now: Date.now(), doNotFake: everythingButDate });
    const openid = 'o-same-second';
    const old = await logIn(a.url, wechat.issueCode({ openid }));
    await call('DELETE', `${a.url}/wechat/sessions`, { token: old });
    const fresh = await logIn(b.url, wechat.issueCode({ openid }));
    expect(await errorCodeAt(`${b.url}/me`, old)).toBe('WX_SESSION_REVOKED');
    expect((await call('GET', `${a.url}/me`, { token: fresh })).status).toBe(200);
  });

  it('[M-08] a logout and a login within the same second: the old session ends, the new one is accepted', async () => {
    jest.useFakeTimers({ now: Date.now(), doNotFake: everythingButDate });
    const openid = 'o-same-second-2';
    const old = await logIn(a.url, wechat.issueCode({ openid }));
    await call('DELETE', `${a.url}/wechat/session`, { token: old });
    const fresh = await logIn(a.url, wechat.issueCode({ openid }));
    expect(await errorCodeAt(`${b.url}/me`, old)).toBe('WX_SESSION_REVOKED');
    expect((await call('GET', `${b.url}/me`, { token: fresh })).status).toBe(200);
  });

  it('[M-04] a session is accepted until its exp, and refused from that millisecond on', async () => {
    const now = Date.now();
    jest.useFakeTimers({ now, doNotFake: everythingButDate });
    const token = await logIn(a.url, wechat.issueCode());
    const expiresAt = (Math.floor(now / 1000) + 7200) * 1000;
    jest.setSystemTime(expiresAt - 1);
    expect((await call('GET', `${a.url}/me`, { token })).status).toBe(200);
    jest.setSystemTime(expiresAt);
    const answer = await call('GET', `${a.url}/me`, { token });
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ errorCode: 'WX_SESSION_EXPIRED', action: 'relogin' });
    expect(answer.headers).toMatchObject({
      'www-authenticate': 'Bearer error="invalid_token"',
      'wx-error': 'WX_SESSION_EXPIRED',
      'wx-action': 'relogin',
    });
  });

  it.each([
    ['no header', {}, 'WX_SESSION_MISSING'],
    ['another scheme', { authorization: 'Basic eDp5' }, 'WX_SESSION_MISSING'],
    ['a scheme without a token', { authorization: 'Bearer' }, 'WX_SESSION_MISSING'],
    ['a token that is not ours', { authorization: 'Bearer abc' }, 'WX_SESSION_INVALID'],
    ['three empty segments', { authorization: 'Bearer ..' }, 'WX_SESSION_INVALID'],
  ])('a request with %s is refused with 401', async (_, headers, errorCode) => {
    const answer = await call('GET', `${a.url}/me`, { headers });
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ errorCode, action: 'relogin' });
    expect(answer.headers['www-authenticate']).toBe(
      errorCode === 'WX_SESSION_MISSING' ? 'Bearer' : 'Bearer error="invalid_token"',
    );
  });

  it.each(['Bearer', 'bearer', 'BEARER'])(
    'the Authorization scheme %s is accepted',
    async (scheme) => {
      const token = await logIn(a.url, wechat.issueCode());
      const headers = { authorization: `${scheme} ${token}` };
      expect((await call('GET', `${a.url}/me`, { headers })).status).toBe(200);
    },
  );

  it('[M-11] a request with two Authorization headers is refused, in either order', async () => {
    const mine = `Bearer ${await logIn(a.url, wechat.issueCode())}`;
    const theirs = `Bearer ${await logIn(a.url, wechat.issueCode())}`;
    for (const authorization of [
      [mine, theirs],
      [theirs, mine],
      [mine, mine],
    ]) {
      const answer = await call('GET', `${a.url}/me`, { headers: { authorization } });
      expect(answer.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_INVALID' });
    }
  });

  it('[M-02] a token that is cut or extended is refused', async () => {
    const token = await logIn(a.url, wechat.issueCode());
    for (let length = 0; length < token.length; length += 7) {
      const answer = await call('GET', `${a.url}/me`, { token: token.slice(0, length) });
      expect(answer.status).toBe(401);
    }
    expect(await errorCodeAt(`${a.url}/me`, `${token}A`)).toBe('WX_SESSION_INVALID');
    expect(await errorCodeAt(`${a.url}/me`, `${token}.`)).toBe('WX_SESSION_INVALID');
  });

  it('[M-05] a session of one app is refused on a route with @WxApp of another app', async () => {
    const here = await logIn(a.url, wechat.issueCode({ appid: APPID }));
    const { body } = await call('POST', `${a.url}/wechat/login`, {
      body: { code: wechat.issueCode({ appid: OTHER_APPID }), appid: OTHER_APPID },
    });
    const there = String(body?.token);
    const statusOf = async (path: string, token: string): Promise<number> =>
      (await call('GET', a.url + path, { token })).status;
    expect(await statusOf('/shop', here)).toBe(200);
    expect(await statusOf('/shop/admin', there)).toBe(200);
    expect(await errorCodeAt(`${a.url}/shop`, there)).toBe('WX_SESSION_INVALID');
    expect(await errorCodeAt(`${a.url}/shop/admin`, here)).toBe('WX_SESSION_INVALID');
    // A route without @WxApp accepts both.
    expect([await statusOf('/me', here), await statusOf('/me', there)]).toEqual([200, 200]);
  });

  it('a guard that overrides getToken and refuse uses both', async () => {
    const token = await logIn(a.url, wechat.issueCode());
    const cookie = { headers: { cookie: `a=b; wx=${token}` } };
    expect((await call('GET', `${a.url}/cookie`, cookie)).body).toEqual({ appid: APPID });
    expect((await call('GET', `${a.url}/cookie`, { token })).status).toBe(403);
    const wrong = await call('GET', `${a.url}/cookie`, { headers: { cookie: 'wx=wrong' } });
    expect(wrong.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_INVALID' });
  });

  it('a decorator on a route without the guard is a 500', async () => {
    const token = await logIn(a.url, wechat.issueCode());
    for (const path of ['session', 'user']) {
      expect((await call('GET', `${a.url}/unguarded/${path}`, { token })).status).toBe(500);
    }
  });

  it('[M-07] a user removed between the guard and a handler that a decorator has replaced is refused as WX_SESSION_REVOKED', async () => {
    const token = await logIn(a.url, wechat.issueCode({ openid: 'o-just-removed' }));
    const answer = await call('GET', `${a.url}/removed-meanwhile`, { token });
    expect(answer.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_REVOKED' });
    expect(answer.headers).toMatchObject({
      'www-authenticate': 'Bearer error="invalid_token"',
      'cache-control': 'no-store',
    });
  });

  describe('SessionsService', () => {
    it('issues, verifies and revokes one session', async () => {
      const sessions = a.app.get(SessionsService);
      const { user } = await a.app
        .get(UsersService)
        .upsert({ appid: APPID, openid: 'o-service', sessionKey: 'k' });
      const issued = await sessions.issue(user);
      expect(issued).toEqual({
        token: expect.any(String),
        expiresIn: 7200,
        expiresAt: issued.session.expiresAt,
        session: {
          id: expect.any(String),
          userId: user.id,
          appid: APPID,
          issuedAt: expect.any(Date),
          expiresAt: expect.any(Date),
        },
      });
      expect(await sessions.verify(issued.token)).toEqual(issued.session);
      const other = await sessions.issue(user);
      expect(other.session.id).not.toBe(issued.session.id);
      await sessions.revoke(issued.session);
      await sessions.revoke(issued.session);
      await expect(sessions.verify(issued.token)).rejects.toMatchObject({
        errorCode: 'WX_SESSION_REVOKED',
      });
      expect(await sessions.verify(other.token)).toEqual(other.session);
    });

    it('refuses to issue a session for an app that is not configured', async () => {
      const user = {
        id: '00000000-0000-4000-8000-000000000000',
        appid: 'wx-gone',
        sessionEpoch: 0,
      };
      await expect(a.app.get(SessionsService).issue(user)).rejects.toMatchObject({
        errorCode: 'WX_APP_UNKNOWN',
      });
    });
  });

  it('[M-21] the token has only the documented claims: no openid, unionid or session_key', async () => {
    const openid = 'o-not-in-the-token';
    const token = await logIn(a.url, wechat.issueCode({ openid, unionid: 'u-neither' }));
    const [header, claims] = token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object);
    expect(header).toEqual({ alg: 'HS256', typ: 'wx-session+jwt', kid: expect.any(String) });
    const user = await a.app.get(UsersService).findByOpenid(openid);
    expect(claims).toEqual({
      iss: 'nestjs-wechat-auth',
      aud: APPID,
      sub: user?.id,
      jti: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
      epoch: 0,
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    const { iat, exp } = claims as { iat: number; exp: number };
    expect(exp - iat).toBe(7200);
    const [row] = await database.query<{ session_key: Buffer }>(
      'SELECT session_key FROM wechat_user WHERE openid = $1',
      [openid],
    );
    for (const secret of [openid, 'u-neither', row?.session_key.toString('base64') ?? '']) {
      expect(JSON.stringify([header, claims])).not.toContain(secret);
    }
  });
});

@Controller('open')
@WxPublic()
class OpenController {
  @Get()
  open(): string {
    return 'open';
  }
}

@Controller('closed')
class ClosedController {
  @Get()
  closed(): string {
    return 'closed';
  }

  @WxPublic()
  @Get('open')
  open(): string {
    return 'open';
  }
}

@Controller('mostly-open')
@WxPublic()
class MostlyOpenController {
  @Get()
  open(): string {
    return 'open';
  }

  @WxApp(APPID)
  @Get('closed')
  closed(): string {
    return 'closed';
  }
}

describe.each(platforms)('a global guard over $name', (platform) => {
  const servers = useTestServers();

  it('[M-12] protects every route except the login and those with @WxPublic', async () => {
    const { wechat, server } = await servers.all({
      platform,
      metadata: {
        controllers: [OpenController, ClosedController, MostlyOpenController],
        providers: [{ provide: APP_GUARD, useClass: WxSessionGuard }],
      },
    });
    const { url } = server;
    const token = await logIn(url, wechat.issueCode());
    const statusOf = async (path: string, options = {}): Promise<number> =>
      (await call('GET', url + path, options)).status;
    expect(await statusOf('/open')).toBe(200);
    expect(await statusOf('/closed/open')).toBe(200);
    expect(await statusOf('/closed')).toBe(401);
    expect(await statusOf('/mostly-open')).toBe(200);
    expect(await statusOf('/mostly-open/closed')).toBe(401);
    expect(await statusOf('/mostly-open/closed', { token })).toBe(200);
    expect(await statusOf('/closed', { token })).toBe(200);
    expect(await statusOf('/wechat/session')).toBe(401);
    expect(await statusOf('/wechat/session', { token })).toBe(200);
    expect((await call('DELETE', `${url}/wechat/session`, { token })).status).toBe(204);
    expect(await statusOf('/closed', { token })).toBe(401);
  });
});

const everythingButDate = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const as never;
