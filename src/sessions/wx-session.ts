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

/** A session and the epoch of its user when it was issued. */
export interface SignedSession {
  readonly session: WxSession;
  readonly epoch: number;
}
