/**
 * The result of a login, and the body of `POST /wechat/login`.
 * @publicApi
 */
export interface LoginResult {
  /** For `Authorization: Bearer <token>`. */
  token: string;
  /** The scheme of the `Authorization` header. */
  tokenType: 'Bearer';
  /** Seconds until the session expires. */
  expiresIn: number;
  /** When the session expires; in JSON, ISO 8601. */
  expiresAt: Date;
  /** The library's id of the user, a UUID. */
  userId: string;
  /** Whether this login created the user. */
  isNewUser: boolean;
  /** What the `loginHook` returned; absent without one. */
  account?: object;
}

/**
 * What a login may be given besides the code.
 * @publicApi
 */
export interface LoginOptions {
  /** The mini program of the code; if absent, the default app. */
  appid?: string | undefined;
  /** The token of a session that this login replaces. If it is valid, the session ends. */
  replaces?: string | undefined;
  /** Aborted when the client disconnects: the login stops if no other caller waits for it. */
  signal?: AbortSignal | undefined;
}
