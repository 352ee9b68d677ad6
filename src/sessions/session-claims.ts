import { isUuid } from '../common/is-uuid.js';

/** All claims of a token (RFC 7519 section 4.1). */
export interface SessionClaims {
  readonly iss: string;
  /** The appid. */
  readonly aud: string;
  /** Our user id. */
  readonly sub: string;
  /** The session id. */
  readonly jti: string;
  /** The user's session epoch. */
  readonly epoch: number;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
}

/** What the claims of a token must be. */
export interface ExpectedClaims {
  readonly iss: string;
  readonly aud: string;
  /** Seconds that a session may last. */
  readonly expiresIn: number;
}

/** Seconds by which the clock of another instance may be ahead. */
const CLOCK_SKEW = 60;

/** Whether a token was issued further in the future than clocks may differ. */
export const isIssuedAhead = ({ iat }: SessionClaims): boolean =>
  iat > Date.now() / 1000 + CLOCK_SKEW;

/** The largest `integer` in Postgres. */
const MAX_EPOCH = 2 ** 31 - 1;

/** The claims if all of them are as we issue them, else `undefined`. Does not check the time. */
export function readClaims(claims: unknown, expected: ExpectedClaims): SessionClaims | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined;
  const { iss, aud, sub, jti, epoch, iat, exp, ...others } = claims as Record<string, unknown>;
  const asIssued =
    iss === expected.iss &&
    aud === expected.aud &&
    isUuid(sub) &&
    isUuid(jti) &&
    isCount(epoch) &&
    epoch <= MAX_EPOCH &&
    isCount(iat) &&
    isCount(exp) &&
    exp > iat &&
    exp - iat <= expected.expiresIn &&
    Object.keys(others).length === 0;
  return asIssued ? { iss: expected.iss, aud: expected.aud, sub, jti, epoch, iat, exp } : undefined;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
