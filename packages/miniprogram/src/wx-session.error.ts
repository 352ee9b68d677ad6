/** What to do about an error; the same actions as on the server. */
export type WxSessionAction = 'fix-request' | 'relogin' | 'retry' | 'blocked' | 'config';

/** The errors of the client; every other code comes from the server. */
export type WxClientErrorCode =
  /** `wx.login` failed or did not call back. */
  | 'WX_LOGIN_FAILED'
  /** A request failed: no connection, a timeout, or a domain that is not on WeChat's list. */
  | 'WX_REQUEST_FAILED'
  /** The response is not from the server library: check `baseUrl`. */
  | 'WX_ANSWER_UNEXPECTED'
  /** A request to another origin, which must not receive the token. */
  | 'WX_OTHER_ORIGIN'
  /** You called `abort()`. */
  | 'WX_ABORTED';

interface Details {
  statusCode?: number | undefined;
  retryAfter?: number | undefined;
}

/** The only error that the client rejects with. It never contains a token or a code. */
export class WxSessionError extends Error {
  /** The HTTP status, if there was a response. */
  readonly statusCode: number | undefined;
  /** The seconds of `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    /** Stable: the server's, such as `WX_USER_BLOCKED`, or a {@link WxClientErrorCode}. */
    readonly errorCode: WxClientErrorCode | (string & Record<never, never>),
    readonly action: WxSessionAction,
    message: string,
    { statusCode, retryAfter }: Details = {},
  ) {
    super(message);
    this.name = 'WxSessionError';
    this.statusCode = statusCode;
    this.retryAfter = retryAfter;
  }
}
