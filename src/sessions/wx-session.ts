import { privateField } from '../common/private-field.js';
import type { SessionClaims } from './session-claims.js';

/**
 * A session, as read from its verified token. It ends when it expires, when it is revoked, or when
 * its user is removed.
 * @publicApi
 */
export interface WxSession {
  /** The id of the session (`jti`), a UUID. */
  readonly id: string;
  /** The id of the {@link WechatUser} (`sub`), a UUID. */
  readonly userId: string;
  /** The mini program it was issued for (`aud`). */
  readonly appid: string;
  /** When it was issued (`iat`), to the second. */
  readonly issuedAt: Date;
  /** When it expires (`exp`), to the second. */
  readonly expiresAt: Date;
}

/**
 * A newly issued session with its token.
 * @publicApi
 */
export interface IssuedSession {
  /** For the client: `Authorization: Bearer <token>`. A secret. */
  readonly token: string;
  /** Seconds until it expires. */
  readonly expiresIn: number;
  /** When it expires. */
  readonly expiresAt: Date;
  /** The session itself. */
  readonly session: WxSession;
}

/** The user's session epoch when the session was issued: `revokeAll` ends earlier epochs. */
const epochs = privateField<number>();

/** The session that claims describe; a new object, which the caller may change. */
export function sessionOf({ jti, sub, aud, epoch, iat, exp }: SessionClaims): WxSession {
  const session = {
    id: jti,
    userId: sub,
    appid: aud,
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
  };
  epochs.set(session, epoch);
  return session;
}

/** The epoch of a session made by {@link sessionOf}; `undefined` for a copy. */
export const epochOf = (session: WxSession): number | undefined => epochs.get(session);
