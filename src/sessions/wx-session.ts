import { privateField } from '../common/private-field.js';
import type { SessionClaims } from './session-claims.js';

/** A session of ours, as its token tells it. */
export interface WxSession {
  /** The id of the session (`jti`), a UUID. */
  readonly id: string;
  /** Our id of the user (`sub`), a UUID. */
  readonly userId: string;
  /** The mini program it was issued for (`aud`). */
  readonly appid: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** A session just issued. */
export interface IssuedSession {
  /** For the client: `Authorization: Bearer <token>`. A secret. */
  readonly token: string;
  /** Seconds until it expires. */
  readonly expiresIn: number;
  readonly expiresAt: Date;
  readonly session: WxSession;
}

/** The user's session epoch when it was issued: it decides what `revokeAll` has ended. */
const epochs = privateField<number>();

/** The session that the claims of a token are about; the caller may keep and change it. */
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

/** The epoch of a session that {@link sessionOf} has made; `undefined` for a copy. */
export const epochOf = (session: WxSession): number | undefined => epochs.get(session);
