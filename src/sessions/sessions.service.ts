import { Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { uuidOf } from '../common/is-uuid.js';
import { WechatApps } from '../config/wechat-apps.js';
import type { WechatAuthErrorCode } from '../errors/error-codes.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { EventPublisher } from '../events/event-publisher.js';
import { RevocationsRepository } from '../postgres/revocations.repository.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { SessionProbes } from './session-probes.js';
import type { SessionClaims } from './session-claims.js';
import { SessionTokens } from './session-tokens.js';
import { SessionWatcher, type SessionEnd, type WatchedSession } from './session-watcher.js';
import { epochOf, sessionOf, type IssuedSession, type WxSession } from './wx-session.js';

/**
 * Issues, verifies and ends our sessions. Ending is strict: once a call here has ended a session,
 * no instance on the same database accepts it.
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
   * Issues a session to a user just read from the database. Where `apps` is a function it is not
   * asked: a session of an app that is gone is refused by {@link verify}.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async issue(user: Pick<WechatUser, 'id' | 'appid' | 'sessionEpoch'>): Promise<IssuedSession> {
    return Promise.resolve(this.tokens.issue(user));
  }

  /**
   * @throws {@link WechatAuthError} `WX_SESSION_INVALID`, `WX_SESSION_EXPIRED`,
   * `WX_SESSION_REVOKED`, `WX_APP_UNAVAILABLE`, `WX_STORE_UNAVAILABLE`
   */
  async verify(token: string): Promise<WxSession> {
    const claims = this.verifiedClaims(token);
    // Only of a token that we have signed: nobody else makes us ask the host.
    const hasApp = this.apps.has(claims.aud);
    if (hasApp !== true && !(await hasApp)) {
      throw this.refusal('WX_SESSION_INVALID', () => sessionOf(claims));
    }
    const { sub: userId, jti: id, epoch } = claims;
    if (!(await this.probes.isLive({ userId, id, epoch }))) {
      throw this.refusal('WX_SESSION_REVOKED', () => sessionOf(claims));
    }
    return sessionOf(claims);
  }

  /**
   * Publishes that a request is refused for its session.
   * @param find - the session, where it is known.
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
   * @returns whether it was not over before.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   * @throws `TypeError` where it is no session
   */
  async revoke(session: WxSession): Promise<boolean> {
    const { expiresAt, ...key } = knownBy(session);
    const isRevoked = await this.revocations.revoke(key, expiresAt);
    if (isRevoked) {
      const { appid } = session;
      const { userId, id: sessionId } = key;
      this.events.publish(() => ({ type: 'logout', appid, userId, sessionId }));
    }
    return isRevoked;
  }

  /**
   * Ends the session of a token, also of an instance whose clock is ahead; any other text is no
   * session and nothing to end.
   * @returns whether there was a session to end.
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
   * Ends every session of a user.
   * @returns whether there is such a user.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   * @throws `TypeError` where `userId` is no UUID
   */
  async revokeAll(userId: string): Promise<boolean> {
    const id = uuidOf(userId, 'userId');
    const isKnown = await this.revocations.revokeAll(id);
    if (isKnown) this.events.publish(() => ({ type: 'logout-all', userId: id }));
    return isKnown;
  }

  /**
   * Emits once, within ten seconds of the end of the session, and completes: for streams and sockets
   * that outlive their request. All watched sessions share one query every four seconds. An outage
   * of Postgres ends no session.
   *
   * @param session - as the guard or {@link verify} has given it: a copy of it does not tell what
   * {@link revokeAll} had ended before.
   * @throws `TypeError` where it is no session
   */
  ended(session: WxSession): Observable<SessionEnd> {
    return this.watcher.ended(knownBy(session));
  }
}

/** What a session is known by. @throws `TypeError` where the host has made up one that is none */
function knownBy(session: WxSession): WatchedSession {
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
