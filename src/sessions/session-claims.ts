import { isUuid } from '../crypto/uuid.js';
import type { SignedSession } from './wx-session.js';

/** The claims of a token, all of them and no other (RFC 7519 section 4.1). */
export interface SessionClaims {
  iss: string;
  /** The appid. */
  aud: string;
  /** Our user id. */
  sub: string;
  /** The session id. */
  jti: string;
  /** The user's session epoch. */
  epoch: number;
  /** Seconds since 1970. */
  iat: number;
  exp: number;
}

/** Seconds by which the clock of another instance may be ahead of ours. */
export const CLOCK_SKEW = 60;

/** Of an integer in Postgres. */
const MAX_EPOCH = 2 ** 31 - 1;

/** What the claims of a token have to be. */
export interface ExpectedClaims {
  readonly iss: string;
  readonly aud: string;
  /** Seconds that a session may last. */
  readonly expiresIn: number;
}

/** The session of claims that are, one by one, as we issue them; else `undefined`. */
export function readClaims(claims: unknown, expected: ExpectedClaims): SignedSession | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined;
  const { iss, aud, sub, jti, epoch, iat, exp, ...others } = claims as Record<string, unknown>;
  const now = Math.floor(Date.now() / 1000);
  const asIssued =
    iss === expected.iss &&
    aud === expected.aud &&
    isUuid(sub) &&
    isUuid(jti) &&
    isCount(epoch) &&
    epoch <= MAX_EPOCH &&
    isCount(iat) &&
    isCount(exp) &&
    iat <= now + CLOCK_SKEW &&
    exp > iat &&
    exp - iat <= expected.expiresIn &&
    Object.keys(others).length === 0;
  if (!asIssued) return undefined;
  return {
    session: {
      id: jti,
      userId: sub,
      appid: expected.aud,
      issuedAt: new Date(iat * 1000),
      expiresAt: new Date(exp * 1000),
    },
    epoch,
  };
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
