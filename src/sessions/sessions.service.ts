import { Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { uuidOf } from '../common/is-uuid.js';
import { WechatApps } from '../config/wechat-apps.js';
import type { WechatAuthErrorCode } from '../errors/error-codes.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { EventPublisher } from '../events/event-publisher.js';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { SessionProbes } from './session-probes.js';
import type { SessionClaims } from './session-claims.js';
import { SessionTokens } from './session-tokens.js';
import { SessionWatcher, type SessionEnd, type WatchedSession } from './session-watcher.js';
import { epochOf, sessionOf, type IssuedSession, type WxSession } from './wx-session.js';

/**
 * Issues, verifies and ends sessions. Ending is strict: once a call here has ended a session, no
 * instance on the same database accepts it.
 *
 * @example
 * \@Delete('sessions')
 * async logoutEverywhere(@CurrentWxSession('userId') userId: string): Promise<void> {
 *   await this.sessions.revokeAll(userId);
 * }
 * @publicApi
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly apps: WechatApps,
    private readonly probes: SessionProbes,
    private readonly revocations: RevocationsRepository,
    private readonly watcher: SessionWatcher,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Issues a session to a user who was just read from the database. If `apps` is a function, it is
   * not called: {@link verify} refuses the session of an app that was removed.
   *
   * @example
   * const user = await users.findById(userId);
   * if (user) return await sessions.issue(user);
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async issue(user: Pick<WechatUser, 'id' | 'appid' | 'sessionEpoch'>): Promise<IssuedSession> {
    return Promise.resolve(this.tokens.issue(user));
  }

  /**
   * Returns the session of a token if it is valid and has not ended: one query, shared with
   * concurrent calls.
   *
   * @example
   * const { userId } = await sessions.verify(token);
   * @throws {@link WechatAuthError} `WX_SESSION_INVALID`, `WX_SESSION_EXPIRED`,
   * `WX_SESSION_REVOKED`, `WX_APP_UNAVAILABLE`, `WX_STORE_UNAVAILABLE`
   */
  async verify(token: string): Promise<WxSession> {
    const claims = await this.claimsOf(token);
    if (!(await this.probes.isLive(keyOf(claims)))) throw this.revoked(claims);
    return sessionOf(claims);
  }

  /**
   * Like {@link verify}, and reads the user in the same query.
   * @internal
   */
  async verifyWithUser(token: string): Promise<{ session: WxSession; user: WechatUser }> {
    const claims = await this.claimsOf(token);
    const user = await this.probes.findUser(keyOf(claims));
    if (user === undefined) throw this.revoked(claims);
    return { session: sessionOf(claims), user };
  }

  /**
   * Publishes that a request is refused because of its session.
   * @param find - returns the session, if known.
   * @returns the error to throw.
   * @internal
   */
  refusal(
    errorCode: WechatAuthErrorCode,
    find?: () => Omit<WxSession, 'issuedAt' | 'expiresAt'> | undefined,
  ): WechatAuthError {
    this.events.publish(() => {
      const session = find?.();
      const known = session && {
        appid: session.appid,
        userId: session.userId,
        sessionId: session.id,
      };
      return { type: 'session-refused', errorCode, ...known };
    });
    return new WechatAuthError(errorCode);
  }

  private revoked(claims: SessionClaims): WechatAuthError {
    return this.refusal('WX_SESSION_REVOKED', () => sessionOf(claims));
  }

  /** The claims of a valid token of an app that exists. */
  private async claimsOf(token: string): Promise<SessionClaims> {
    const claims = this.verifiedClaims(token);
    // Only for a token that we have signed: forged tokens never call the app's function.
    const hasApp = this.apps.has(claims.aud);
    if (hasApp !== true && !(await hasApp)) {
      throw this.refusal('WX_SESSION_INVALID', () => sessionOf(claims));
    }
    return claims;
  }

  private verifiedClaims(token: string): SessionClaims {
    try {
      return this.tokens.verify(token);
    } catch (error) {
      if (!(error instanceof WechatAuthError) || error.getStatus() !== 401) throw error;
      throw this.refusal(error.errorCode, () => {
        const claims = this.tokens.readRefused(token);
        return claims && sessionOf(claims);
      });
    }
  }

  /**
   * Ends one session.
   *
   * @example
   * await sessions.revoke(session);
   * @returns whether this call ended it; `false` if it had ended before.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   * @throws `TypeError` if `session` is not a session
   */
  async revoke(session: WxSession): Promise<boolean> {
    const { expiresAt, ...key } = watchedSessionOf(session);
    const isRevoked = await this.revocations.revoke(key, expiresAt);
    if (isRevoked) {
      const { appid } = session;
      const { userId, id: sessionId } = key;
      this.events.publish(() => ({ type: 'logout', appid, userId, sessionId }));
    }
    return isRevoked;
  }

  /**
   * Ends the session of a token, also of a token from an instance whose clock is ahead. Any other
   * string is ignored.
   *
   * @example
   * await sessions.revokeToken(token);
   * @returns whether this call ended a session.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  async revokeToken(token: string): Promise<boolean> {
    let claims: SessionClaims;
    try {
      claims = this.tokens.read(token);
    } catch (error) {
      if (error instanceof WechatAuthError) return false;
      throw error;
    }
    return this.revoke(sessionOf(claims));
  }

  /**
   * Ends all sessions of a user.
   *
   * @example
   * await sessions.revokeAll(userId);
   * @returns whether there is such a user.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   * @throws `TypeError` if `userId` is not a UUID
   */
  async revokeAll(userId: string): Promise<boolean> {
    const id = uuidOf(userId, 'userId');
    const isKnown = await this.revocations.revokeAll(id);
    if (isKnown) this.events.publish(() => ({ type: 'logout-all', userId: id }));
    return isKnown;
  }

  /**
   * Emits once, within ten seconds of the end of the session, and completes: for streams and sockets
   * that stay open after the guard has run. All watched sessions share one query every four seconds.
   * An outage of Postgres ends no session.
   *
   * @example
   * \@Sse('prices')
   * prices(@CurrentWxSession() session: WxSession): Observable<MessageEvent> {
   *   return this.feed.pipe(takeUntil(this.sessions.ended(session)));
   * }
   * @param session - the object from the guard or {@link verify}: for a copy of it, an earlier
   * {@link revokeAll} is not detected.
   * @throws `TypeError` if `session` is not a session
   */
  ended(session: WxSession): Observable<SessionEnd> {
    return this.watcher.ended(watchedSessionOf(session));
  }
}

/** What identifies a session. @throws `TypeError` if `session` is not a session */
function watchedSessionOf(session: WxSession): WatchedSession {
  const { expiresAt } = session;
  if (!(expiresAt instanceof Date) || Number.isNaN(expiresAt.getTime())) {
    throw new TypeError('session.expiresAt must be a valid Date.');
  }
  return {
    userId: uuidOf(session.userId, 'session.userId'),
    id: uuidOf(session.id, 'session.id'),
    epoch: epochOf(session),
    expiresAt,
  };
}

const keyOf = ({ sub: userId, jti: id, epoch }: SessionClaims): SessionKey => ({
  userId,
  id,
  epoch,
});
