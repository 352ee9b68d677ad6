import { Injectable } from '@nestjs/common';
import { isUuid } from '../common/is-uuid.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { RevocationsRepository } from '../postgres/revocations.repository.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { SessionProbes } from './session-probes.js';
import type { SessionClaims } from './session-claims.js';
import { SessionTokens } from './session-tokens.js';
import { sessionOf, type IssuedSession, type WxSession } from './wx-session.js';

/**
 * Issues, verifies and ends our sessions. Ending is strict: once a call here has ended a session,
 * no instance on the same database accepts it.
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly probes: SessionProbes,
    private readonly revocations: RevocationsRepository,
  ) {}

  /**
   * Issues a session to a user just read from the database.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async issue(user: Pick<WechatUser, 'id' | 'appid' | 'sessionEpoch'>): Promise<IssuedSession> {
    return Promise.resolve(this.tokens.issue(user));
  }

  /**
   * @throws {@link WechatAuthError} `WX_SESSION_INVALID`, `WX_SESSION_EXPIRED`,
   * `WX_SESSION_REVOKED`, `WX_STORE_UNAVAILABLE`
   */
  async verify(token: string): Promise<WxSession> {
    const claims = this.tokens.verify(token);
    const { sub: userId, jti: id, epoch } = claims;
    if (!(await this.probes.isLive({ userId, id, epoch }))) {
      throw new WechatAuthError('WX_SESSION_REVOKED');
    }
    return sessionOf(claims);
  }

  /** Ends one session. @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE` */
  async revoke(session: WxSession): Promise<void> {
    if (!isUuid(session.userId) || !isUuid(session.id)) return;
    await this.revocations.revoke(session.userId, session.id, session.expiresAt);
  }

  /**
   * Ends the session of a token, where it is one; any other text is no session and nothing to end.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  async revokeToken(token: string): Promise<void> {
    let claims: SessionClaims;
    try {
      claims = this.tokens.verify(token);
    } catch (error) {
      if (error instanceof WechatAuthError) return;
      throw error;
    }
    await this.revoke(sessionOf(claims));
  }

  /** Ends every session of a user. @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE` */
  async revokeAll(userId: string): Promise<void> {
    if (isUuid(userId)) await this.revocations.revokeAll(userId);
  }
}
