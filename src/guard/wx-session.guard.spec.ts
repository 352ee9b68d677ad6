import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { WsException } from '@nestjs/websockets';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { SessionsService } from '../sessions/sessions.service.js';
import type { WxSession } from '../sessions/wx-session.js';
import type { UsersService } from '../users/users.service.js';
import { WechatUser } from '../users/wechat-user.entity.js';
import { admissionOf } from './admission.js';
import { WxApp, WxPublic } from './wx-session.decorators.js';
import { WxSessionGuard } from './wx-session.guard.js';

const session: WxSession = {
  id: 'a session',
  userId: 'a user',
  appid: 'wx1',
  issuedAt: new Date(0),
  expiresAt: new Date(1),
};

class Routes {
  guarded(): void {}
  @WxPublic() open(): void {}
  @WxApp('wx1') ofThisApp(): void {}
  @WxApp('wx2') ofAnotherApp(): void {}
}

@WxPublic()
@WxApp('wx2')
class OpenRoutes {
  open(): void {}
  @WxApp('wx1') ofThisApp(): void {}
}

describe('WxSessionGuard', () => {
  const verify = jest.fn<(token: string) => Promise<WxSession>>();
  const findById = jest.fn<(id: string) => Promise<WechatUser | null>>();
  const headers: Record<string, string> = {};
  let guard: WxSessionGuard;

  beforeEach(() => {
    jest.resetAllMocks();
    verify.mockResolvedValue(session);
    for (const name of Object.keys(headers)) Reflect.deleteProperty(headers, name);
    const adapterHost = new HttpAdapterHost();
    adapterHost.httpAdapter = {
      setHeader: (to: Record<string, string>, name: string, value: string) => {
        to[name] = value;
      },
    } as never;
    guard = new WxSessionGuard(
      { verify } as unknown as SessionsService,
      { findById } as unknown as UsersService,
      new Reflector(),
      adapterHost,
    );
  });

  type Handler = 'guarded' | 'open' | 'ofThisApp' | 'ofAnotherApp';
  const request = (handler: Handler, authorization?: string): ExecutionContextHost =>
    new ExecutionContextHost(
      [{ headers: { authorization } }, headers],
      Routes,
      Routes.prototype[handler],
    );

  it('lets a session in, and keeps it for the handler', async () => {
    const context = request('guarded', 'Bearer abc');
    expect(await guard.canActivate(context)).toBe(true);
    expect(verify).toHaveBeenCalledWith('abc');
    expect(admissionOf(context).session).toBe(session);
    expect(headers).toEqual({});
  });

  it('reads no user whom no handler asks for, and reads one once', async () => {
    const context = request('guarded', 'Bearer abc');
    await guard.canActivate(context);
    expect(findById).not.toHaveBeenCalled();
    const user = new WechatUser();
    findById.mockResolvedValue(user);
    const { user: ask } = admissionOf(context);
    expect(await Promise.all([ask(), ask()])).toEqual([user, user]);
    expect(findById.mock.calls).toEqual([['a user']]);
  });

  it('refuses a request without a token, and asks nobody', async () => {
    await expect(guard.canActivate(request('guarded'))).rejects.toMatchObject({
      errorCode: 'WX_SESSION_MISSING',
    });
    expect(verify).not.toHaveBeenCalled();
    expect(headers).toEqual({ 'Cache-Control': 'no-store', 'WWW-Authenticate': 'Bearer' });
  });

  it('gives an empty token to the check, which refuses it: that is not a missing one', async () => {
    verify.mockRejectedValue(new WechatAuthError('WX_SESSION_INVALID'));
    const twice = { headers: {}, rawHeaders: ['authorization', 'a', 'authorization', 'b'] };
    const context = new ExecutionContextHost([twice, headers], Routes, Routes.prototype.guarded);
    await expect(guard.canActivate(context)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(verify).toHaveBeenCalledWith('');
  });

  it('an outage is a 503 that says when to come back', async () => {
    verify.mockRejectedValue(new WechatAuthError('WX_STORE_UNAVAILABLE'));
    await expect(guard.canActivate(request('guarded', 'Bearer abc'))).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
    expect(headers).toEqual({ 'Cache-Control': 'no-store', 'Retry-After': '1' });
  });

  it('a fault of ours lets nobody in, and is not dressed up as a refusal', async () => {
    verify.mockRejectedValue(new TypeError('a fault'));
    await expect(guard.canActivate(request('guarded', 'Bearer abc'))).rejects.toThrow(
      new TypeError('a fault'),
    );
    expect(headers).toEqual({});
  });

  it('lets everybody in where the route is public, and asks nobody', async () => {
    expect(await guard.canActivate(request('open'))).toBe(true);
    const inOpenClass = new ExecutionContextHost(
      [{ headers: {} }, headers],
      OpenRoutes,
      OpenRoutes.prototype.open,
    );
    expect(await guard.canActivate(inOpenClass)).toBe(true);
    expect(verify).not.toHaveBeenCalled();
  });

  it('lets in the sessions of the app that a route asks for, and of no other', async () => {
    expect(await guard.canActivate(request('ofThisApp', 'Bearer abc'))).toBe(true);
    const context = request('ofAnotherApp', 'Bearer abc');
    await expect(guard.canActivate(context)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(() => admissionOf(context)).toThrow();
  });

  it('speaks to each transport in its own words, and sets no headers where there are none', async () => {
    const context = new ExecutionContextHost(
      [{ handshake: { headers: {} } }, {}],
      Routes,
      Routes.prototype.guarded,
    );
    context.setType('ws');
    await expect(guard.canActivate(context)).rejects.toBeInstanceOf(WsException);
  });

  describe('when the handler asks for the user', () => {
    const askForUser = async (): Promise<unknown> => {
      const context = request('guarded', 'Bearer abc');
      await guard.canActivate(context);
      return admissionOf(context).user();
    };

    it('refuses the request where the user has gone', async () => {
      findById.mockResolvedValue(null);
      await expect(askForUser()).rejects.toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
      expect(headers).toMatchObject({ 'WWW-Authenticate': 'Bearer' });
    });

    it('says so where the database is away', async () => {
      findById.mockRejectedValue(new WechatAuthError('WX_STORE_UNAVAILABLE'));
      await expect(askForUser()).rejects.toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
      expect(headers).toMatchObject({ 'Retry-After': '1' });
    });

    it('hands out no user where a host refuses by returning false', async () => {
      class MildGuard extends WxSessionGuard {
        protected override refuse(): Promise<boolean> {
          return Promise.resolve(false);
        }
      }
      const { sessions, users, reflector, adapterHost } = guard as unknown as {
        sessions: SessionsService;
        users: UsersService;
        reflector: Reflector;
        adapterHost: HttpAdapterHost;
      };
      guard = new MildGuard(sessions, users, reflector, adapterHost);
      expect(await guard.canActivate(request('guarded'))).toBe(false);
      findById.mockResolvedValue(null);
      await expect(askForUser()).rejects.toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
    });
  });
});
