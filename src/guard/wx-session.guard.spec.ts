import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { WsException } from '@nestjs/websockets';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { WechatApps } from '../config/wechat-apps.js';
import { EventPublisher } from '../events/event-publisher.js';
import { SessionProbes } from '../sessions/session-probes.js';
import { SessionTokens } from '../sessions/session-tokens.js';
import { SessionWatcher } from '../sessions/session-watcher.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { IssuedSession } from '../sessions/wx-session.js';
import { SessionKeyCipher } from '../users/session-key-cipher.js';
import { UsersService } from '../users/users.service.js';
import { resolveConfig } from '../config/wechat-auth.config.js';
import { guardedCallOf } from './guarded-call.js';
import { WxApp, WxOptional, WxPublic } from './wx-session.decorators.js';
import { WxSessionGuard } from './wx-session.guard.js';

const SECRET = 'c4c1f5d0a2b3948576e0f1d2c3b4a596';

class Routes {
  guarded(): void {}
  @WxPublic() open(): void {}
  @WxApp('wx1') ofThisApp(): void {}
  @WxApp('wx2') ofAnotherApp(): void {}
  @WxOptional() optional(): void {}
  @WxOptional() @WxApp('wx2') optionalOfAnotherApp(): void {}
}

@WxPublic()
class OpenRoutes {
  open(): void {}
  @WxApp('wx1') ofThisApp(): void {}
}

class MildGuard extends WxSessionGuard {
  protected override refuse(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

class TokenlessGuard extends WxSessionGuard {
  protected override getToken(): undefined {
    return undefined;
  }
}

class FaultyGuard extends WxSessionGuard {
  protected override getToken(): never {
    throw new TypeError('a fault');
  }
}

describe('WxSessionGuard', () => {
  let test: TestPostgres;
  let sessions: SessionsService;
  let users: UsersService;
  let guard: WxSessionGuard;
  let headers: Record<string, string>;
  const events = new EventPublisher();

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestPostgres();
    const config = resolveConfig({
      apps: [
        { appid: 'wx1', secret: SECRET },
        { appid: 'wx2', secret: SECRET },
      ],
    });
    const apps = new WechatApps(config, new AggregatedLogger());
    const probes = new SessionProbes(test.revocations);
    sessions = new SessionsService(
      new SessionTokens(config),
      apps,
      probes,
      test.revocations,
      new SessionWatcher(probes, test.revocations),
      events,
    );
    users = new UsersService(test.users, apps, new SessionKeyCipher(config), config, events);
  });
  beforeEach(() => {
    headers = {};
    guard = guardOf(WxSessionGuard);
    test.queries.count = 0;
  });
  afterAll(() => test.close());

  const guardOf = (type: typeof WxSessionGuard): WxSessionGuard => {
    const adapterHost = new HttpAdapterHost();
    adapterHost.httpAdapter = {
      setHeader: (to: Record<string, string>, name: string, value: string) => {
        to[name] = value;
      },
    } as never;
    return new type(sessions, users, adapterHost);
  };
  const logIn = async (): Promise<IssuedSession> => {
    const { user } = await users.upsert({
      appid: 'wx1',
      openid: randomUUID(),
      sessionKey: 'AAAAAAAAAAAAAAAAAAAAAA==',
    });
    test.queries.count = 0;
    return sessions.issue(user);
  };

  const contextOf = (
    type: typeof Routes | typeof OpenRoutes,
    handler: () => void,
    request: object = { headers: {} },
  ): ExecutionContextHost => new ExecutionContextHost([request, headers], type, handler);
  const request = (handler: keyof Routes, token?: string): ExecutionContextHost =>
    contextOf(Routes, Routes.prototype[handler], {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  /** While our tables are missing in Postgres. */
  const withoutTables = async (work: () => Promise<void>): Promise<void> => {
    await test.database.query('ALTER TABLE wechat_user RENAME TO elsewhere');
    try {
      await work();
    } finally {
      await test.database.query('ALTER TABLE elsewhere RENAME TO wechat_user');
    }
  };

  it('accepts a session and stores it for the handler', async () => {
    const { token, session } = await logIn();
    const context = request('guarded', token);
    expect(await guard.canActivate(context)).toBe(true);
    expect(guardedCallOf(context).session).toEqual(session);
    expect(headers).toEqual({});
  });

  it('reads the user only if a handler asks for it, and only once', async () => {
    const { token, session } = await logIn();
    const context = request('guarded', token);
    await guard.canActivate(context);
    expect(test.queries.count).toBe(1);
    const { user: ask } = guardedCallOf(context);
    const [one, other] = await Promise.all([ask(), ask()]);
    expect(one?.id).toBe(session.userId);
    expect(other).toBe(one);
    expect(test.queries.count).toBe(2);
  });

  it('refuses a request without a token, without a query', async () => {
    await expect(guard.canActivate(request('guarded'))).rejects.toMatchObject({
      errorCode: 'WX_SESSION_MISSING',
    });
    expect(test.queries.count).toBe(0);
    expect(headers).toEqual({
      'Cache-Control': 'no-store',
      'WWW-Authenticate': 'Bearer',
      'Wx-Error': 'WX_SESSION_MISSING',
      'Wx-Action': 'relogin',
    });
  });

  it('treats two tokens as an invalid one, not as a missing one', async () => {
    const { token } = await logIn();
    const context = contextOf(Routes, Routes.prototype.guarded, {
      headers: { authorization: `Bearer ${token}` },
      rawHeaders: ['authorization', `Bearer ${token}`, 'authorization', `Bearer ${token}`],
    });
    await expect(guard.canActivate(context)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(test.queries.count).toBe(0);
  });

  it('an outage is a 503 with Retry-After', async () => {
    const { token } = await logIn();
    await withoutTables(async () => {
      await expect(guard.canActivate(request('guarded', token))).rejects.toMatchObject({
        errorCode: 'WX_STORE_UNAVAILABLE',
      });
    });
    expect(headers).toEqual({
      'Cache-Control': 'no-store',
      'Retry-After': '1',
      'Wx-Error': 'WX_STORE_UNAVAILABLE',
      'Wx-Action': 'retry',
    });
  });

  it('an unexpected error allows no request and is not reported as a refusal', async () => {
    const { token } = await logIn();
    const context = request('guarded', token);
    await expect(guardOf(FaultyGuard).canActivate(context)).rejects.toThrow(
      new TypeError('a fault'),
    );
    expect(() => guardedCallOf(context)).toThrow();
    expect(headers).toEqual({});
  });

  it('allows every request to a public route, without a query', async () => {
    expect(await guard.canActivate(request('open'))).toBe(true);
    const inOpenClass = contextOf(OpenRoutes, OpenRoutes.prototype.open);
    expect(await guard.canActivate(inOpenClass)).toBe(true);
    expect(test.queries.count).toBe(0);
  });

  it('keeps a route for one app closed in a public class', async () => {
    const context = contextOf(OpenRoutes, OpenRoutes.prototype.ofThisApp);
    await expect(guard.canActivate(context)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_MISSING',
    });
  });

  it('accepts only the sessions of the app that a route requires', async () => {
    const { token } = await logIn();
    expect(await guard.canActivate(request('ofThisApp', token))).toBe(true);
    const context = request('ofAnotherApp', token);
    await expect(guard.canActivate(context)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(() => guardedCallOf(context)).toThrow();
  });

  it('allows a call without a token if the session is optional, without a query', async () => {
    for (const handler of ['optional', 'optionalOfAnotherApp'] as const) {
      const context = request(handler);
      expect(await guard.canActivate(context)).toBe(true);
      const { session, user } = guardedCallOf(context);
      expect([session, await user()]).toEqual([undefined, undefined]);
    }
    expect(test.queries.count).toBe(0);
    expect(headers).toEqual({});
  });

  it('stores an optional session for the handler', async () => {
    const { token, session } = await logIn();
    const context = request('optional', token);
    expect(await guard.canActivate(context)).toBe(true);
    expect(guardedCallOf(context).session).toEqual(session);
    expect(await guardedCallOf(context).user()).toMatchObject({ id: session.userId });
  });

  it('refuses a session of another app if the session is optional', async () => {
    const { token } = await logIn();
    const context = request('optionalOfAnotherApp', token);
    await expect(guard.canActivate(context)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(() => guardedCallOf(context)).toThrow();
  });

  it.each([
    ['a token that is not ours', { headers: { authorization: 'Bearer wrong' } }],
    [
      'two Authorization headers',
      {
        headers: { authorization: 'Bearer wrong' },
        rawHeaders: ['Authorization', 'Bearer wrong', 'authorization', 'Bearer wrong'],
      },
    ],
  ])('refuses %s if the session is optional', async (_, sent) => {
    const context = contextOf(Routes, Routes.prototype.optional, sent);
    await expect(guard.canActivate(context)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
  });

  it('throws the exception of each transport, and sets headers only over HTTP', async () => {
    const context = contextOf(Routes, Routes.prototype.guarded, { handshake: { headers: {} } });
    context.setType('ws');
    await expect(guard.canActivate(context)).rejects.toBeInstanceOf(WsException);
    expect(headers).toEqual({});
  });

  it('publishes a refusal over every transport', async () => {
    const seen: unknown[] = [];
    const subscription = events.published.subscribe(({ type }) => seen.push(type));
    for (const type of ['http', 'graphql', 'ws', 'rpc', 'queue']) {
      const args = [{}, {}, {}, {}];
      const context = new ExecutionContextHost(args, Routes, Routes.prototype.guarded);
      context.setType(type);
      await expect(guardOf(TokenlessGuard).canActivate(context)).rejects.toThrow();
    }
    subscription.unsubscribe();
    expect(seen).toEqual(Array(5).fill('session-refused'));
  });

  describe('when the handler asks for the user', () => {
    const askAfterRemoval = async (): Promise<unknown> => {
      const { token, session } = await logIn();
      const context = request('guarded', token);
      await guard.canActivate(context);
      await users.remove(session.userId);
      return guardedCallOf(context).user();
    };

    it('refuses the request if the user was removed, and publishes that', async () => {
      const seen: unknown[] = [];
      const subscription = events.published.subscribe((event) => seen.push(event));
      await expect(askAfterRemoval()).rejects.toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
      subscription.unsubscribe();
      expect(seen).toMatchObject([
        { type: 'user-removed' },
        { type: 'session-refused', errorCode: 'WX_SESSION_REVOKED', appid: 'wx1' },
      ]);
      expect(headers).toMatchObject({ 'WWW-Authenticate': 'Bearer error="invalid_token"' });
    });

    it('throws WX_STORE_UNAVAILABLE if the database is unavailable', async () => {
      const { token } = await logIn();
      const context = request('guarded', token);
      await guard.canActivate(context);
      await withoutTables(async () => {
        await expect(guardedCallOf(context).user()).rejects.toMatchObject({
          errorCode: 'WX_STORE_UNAVAILABLE',
        });
      });
      expect(headers).toMatchObject({ 'Retry-After': '1' });
    });

    it('returns no user if an override refuses by returning false', async () => {
      guard = guardOf(MildGuard);
      expect(await guard.canActivate(request('guarded'))).toBe(false);
      await expect(askAfterRemoval()).rejects.toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
    });
  });
});
