/**
 * What a client can do about an error, without reading the message.
 * @publicApi
 */
export type WechatAuthAction =
  /** The request is wrong: fix the client. The same request fails again. */
  | 'fix-request'
  /** Call `wx.login` and log in again with the fresh code. */
  | 'relogin'
  /** Send the request again after `Retry-After` seconds; a login with a fresh code. */
  | 'retry'
  /** WeChat blocks this user: do not retry. */
  | 'blocked'
  /** The operator of the server must act: do not retry. */
  | 'config';

interface ErrorRow {
  readonly status: number;
  readonly action: WechatAuthAction;
  /** For the client: what happened and what to do. No secret. */
  readonly message: string;
  /** The value of the `Retry-After` header, in seconds. */
  readonly retryAfter?: number;
}

/** Every error of this package. */
export const ERRORS = {
  WX_CODE_MALFORMED: {
    status: 400,
    action: 'fix-request',
    message:
      'The request needs a "code": the string from wx.login, 1 to 512 characters without white space.',
  },
  WX_APP_UNKNOWN: {
    status: 400,
    action: 'fix-request',
    message: 'This server is not configured for that "appid".',
  },
  WX_APP_UNAVAILABLE: {
    status: 503,
    action: 'retry',
    retryAfter: 1,
    message:
      'The server could not look up this mini program or its credentials. Try again in a moment; for a login, with a fresh code.',
  },
  WX_BUSY: {
    status: 503,
    action: 'retry',
    retryAfter: 1,
    message: 'The server is busy with other logins. WeChat was not asked: try again in a moment.',
  },
  WX_CODE_INVALID: {
    status: 401,
    action: 'relogin',
    message:
      'WeChat does not accept this code: it is wrong, older than five minutes, or of another mini program. Call wx.login for a fresh one.',
  },
  WX_CODE_USED: {
    status: 401,
    action: 'relogin',
    message: 'This code was used before; a code works once. Call wx.login for a fresh one.',
  },
  WX_USER_BLOCKED: {
    status: 403,
    action: 'blocked',
    message: 'WeChat blocks the login of this user as high-risk.',
  },
  WX_RATE_LIMITED: {
    status: 429,
    action: 'retry',
    retryAfter: 60,
    message:
      'WeChat allows no more than 100 logins a minute for one user. Wait, then log in again.',
  },
  WX_UPSTREAM_BUSY: {
    status: 503,
    action: 'retry',
    retryAfter: 1,
    message: 'WeChat is busy. Log in again with a fresh code in a moment.',
  },
  WX_QUOTA_EXCEEDED: {
    status: 503,
    action: 'config',
    retryAfter: 3600,
    message: "The mini program's daily quota at WeChat is used up.",
  },
  WX_UPSTREAM_UNAVAILABLE: {
    status: 503,
    action: 'retry',
    retryAfter: 1,
    message:
      'WeChat cannot be reached or did not answer as documented. Log in again with a fresh code.',
  },
  WX_UPSTREAM_ERROR: {
    status: 502,
    action: 'retry',
    message: 'WeChat answered with an unexpected error. Log in again with a fresh code.',
  },
  WX_APP_MISCONFIGURED: {
    status: 500,
    action: 'config',
    message: 'WeChat refuses the requests of this server. The reason is in its log.',
  },
  WX_SESSION_MISSING: {
    status: 401,
    action: 'relogin',
    message: 'This request needs a session: log in, then send "Authorization: Bearer <token>".',
  },
  WX_SESSION_INVALID: {
    status: 401,
    action: 'relogin',
    message: 'The session token is not valid here. Log in again.',
  },
  WX_SESSION_EXPIRED: {
    status: 401,
    action: 'relogin',
    message: 'The session has expired. Log in again.',
  },
  WX_SESSION_REVOKED: {
    status: 401,
    action: 'relogin',
    message:
      'The session has ended: it was logged out or replaced, or its user was removed. Log in again.',
  },
  WX_DATA_UNDECRYPTABLE: {
    status: 400,
    action: 'relogin',
    message:
      'The encrypted data cannot be decrypted. Call wx.login, get the data again, and send it with the fresh code.',
  },
  WX_PHONE_CODE_INVALID: {
    status: 400,
    action: 'fix-request',
    message:
      'This is not a valid code of the getPhoneNumber button for this user; each works once, for five minutes.',
  },
  WX_SESSION_KEY_INVALID: {
    status: 401,
    action: 'relogin',
    message: 'The session_key of this user is missing or no longer valid. Log in again.',
  },
  WX_STORE_UNAVAILABLE: {
    status: 503,
    action: 'retry',
    retryAfter: 1,
    message:
      'The server cannot reach its database. What was asked for may or may not have been done: try again in a moment.',
  },
} as const satisfies Record<string, ErrorRow>;

/**
 * The stable code of an error, for comparisons in clients and tests.
 * @publicApi
 */
export type WechatAuthErrorCode = keyof typeof ERRORS;

/** The error of `code`, with its optional properties. */
export const errorRow = (code: WechatAuthErrorCode): ErrorRow => ERRORS[code];
