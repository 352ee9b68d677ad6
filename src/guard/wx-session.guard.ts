import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { WxSession } from '../sessions/wx-session.js';
import { UsersService } from '../users/users.service.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { clearGuardedCall, setGuardedCall } from './guarded-call.js';
import { accessOf, type RouteAccess } from './route-access.js';
import { transportOf } from './transports/transports.js';

/**
 * Lets in requests with a session of ours: `@UseGuards(WxSessionGuard)`, or for the whole app
 * `{ provide: APP_GUARD, useClass: WxSessionGuard }` with `@WxPublic()` on open routes,
 * and `@WxOptional()` where a session is welcome but not needed.
 *
 * Extend it and override {@link getToken} or {@link refuse} where your app differs.
 */
@Injectable()
export class WxSessionGuard implements CanActivate {
  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * @throws {@link WechatAuthError} `WX_SESSION_MISSING`, `WX_SESSION_INVALID`,
   * `WX_SESSION_EXPIRED`, `WX_SESSION_REVOKED`, `WX_STORE_UNAVAILABLE`; over GraphQL, WebSockets
   * and RPC as the exception of that transport.
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    clearGuardedCall(context);
    const access = accessOf(context.getHandler(), context.getClass());
    if (access.isPublic) return true;
    try {
      const session = await this.authenticate(this.getToken(context), access);
      setGuardedCall(context, { session, user: this.userOf(session, context) });
      return true;
    } catch (error) {
      return await this.refused(error, context);
    }
  }

  /** Where the token comes from; `undefined` where the request has none. */
  protected getToken(context: ExecutionContext): string | undefined {
    return transportOf(context).tokenOf(context);
  }

  /** What happens to a request that is not let in; an override must throw or return false. */
  protected async refuse(error: WechatAuthError, context: ExecutionContext): Promise<boolean> {
    throw await transportOf(context).exceptionOf(error, context, this.adapterHost.httpAdapter);
  }

  private async authenticate(
    token: string | undefined,
    { isOptional, appid }: RouteAccess,
  ): Promise<WxSession | undefined> {
    if (token === undefined) {
      if (isOptional) return undefined;
      throw this.sessions.refusal('WX_SESSION_MISSING');
    }
    const session = await this.sessions.verify(token);
    if (appid !== undefined && session.appid !== appid) {
      throw this.sessions.refusal('WX_SESSION_INVALID', () => session);
    }
    return session;
  }

  private userOf(
    session: WxSession | undefined,
    context: ExecutionContext,
  ): () => Promise<WechatUser | undefined> {
    let user: Promise<WechatUser> | undefined;
    return async () => session && (await (user ??= this.readUser(session, context)));
  }

  private async readUser(session: WxSession, context: ExecutionContext): Promise<WechatUser> {
    try {
      const user = await this.users.findById(session.userId);
      if (user === null) throw this.sessions.refusal('WX_SESSION_REVOKED', () => session);
      return user;
    } catch (error) {
      await this.refused(error, context);
      throw error;
    }
  }

  private refused(error: unknown, context: ExecutionContext): Promise<boolean> {
    if (error instanceof WechatAuthError) return this.refuse(error, context);
    throw error;
  }
}
