import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { WxSession } from '../sessions/wx-session.js';
import { UsersService } from '../users/users.service.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { clearGuardedCall, setGuardedCall } from './guarded-call.js';
import { accessOf, type HandlerAccess } from './route-access.js';
import { transportOf } from './transports/transports.js';

/** What is known of a call: no session without a token, no user if the handler reads none. */
interface Authenticated {
  readonly session?: WxSession;
  readonly user?: WechatUser;
}

/**
 * Accepts only calls with a valid session token. Use `@UseGuards(WxSessionGuard)`, or guard the
 * whole app with `{ provide: APP_GUARD, useClass: WxSessionGuard }`, `@WxPublic()` on open routes
 * and `@WxOptional()` on routes that work with and without a session.
 *
 * The token is read from the `Authorization: Bearer` header (RFC 6750 section 2.1), and over
 * Socket.IO first from `auth.token` of the handshake. To change this or the refusal, extend the
 * guard and override {@link getToken} or {@link refuse}.
 *
 * @example
 * \@Controller('orders')
 * \@UseGuards(WxSessionGuard)
 * class OrdersController {
 *   \@Get()
 *   list(@CurrentWxSession('userId') userId: string) {
 *     return `orders of ${userId}`;
 *   }
 * }
 * @publicApi
 */
@Injectable()
export class WxSessionGuard implements CanActivate {
  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * Called by Nest before each guarded handler.
   * @throws {@link WechatAuthError} `WX_SESSION_MISSING`, `WX_SESSION_INVALID`,
   * `WX_SESSION_EXPIRED`, `WX_SESSION_REVOKED`, `WX_APP_UNAVAILABLE`, `WX_STORE_UNAVAILABLE`; over
   * GraphQL, WebSockets and RPC as the exception of that transport.
   * @internal
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    clearGuardedCall(context);
    const access = accessOf(context.getHandler(), context.getClass());
    if (access.isPublic) return true;
    try {
      const authenticated = await this.authenticate(this.getToken(context), access);
      const { session } = authenticated;
      setGuardedCall(context, { session, user: this.userOf(authenticated, context) });
      return true;
    } catch (error) {
      return await this.refused(error, context);
    }
  }

  /** Reads the token of a call; `undefined` if it has none. */
  protected getToken(context: ExecutionContext): string | undefined {
    return transportOf(context).tokenOf(context);
  }

  /** Refuses a call. An override must throw or return false. */
  protected async refuse(error: WechatAuthError, context: ExecutionContext): Promise<boolean> {
    throw await transportOf(context).exceptionOf(error, context, this.adapterHost.httpAdapter);
  }

  private async authenticate(
    token: string | undefined,
    { isOptional, appid, readsUser }: HandlerAccess,
  ): Promise<Authenticated> {
    if (token === undefined) {
      if (isOptional) return {};
      throw this.sessions.refusal('WX_SESSION_MISSING');
    }
    const authenticated = readsUser
      ? await this.sessions.verifyWithUser(token)
      : { session: await this.sessions.verify(token) };
    const { session } = authenticated;
    if (appid !== undefined && session.appid !== appid) {
      throw this.sessions.refusal('WX_SESSION_INVALID', () => session);
    }
    return authenticated;
  }

  /** Returns the user that was read with the session, or reads it once. */
  private userOf(
    { session, user }: Authenticated,
    context: ExecutionContext,
  ): () => Promise<WechatUser | undefined> {
    let read = user && Promise.resolve(user);
    return async () => session && (await (read ??= this.readUser(session, context)));
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
