/** What to do about an error, in the words of the server. */
export type WxSessionAction = 'fix-request' | 'relogin' | 'retry' | 'blocked' | 'config';

/** What goes wrong on this side; every other code is the server's. */
export type WxClientErrorCode =
  /** `wx.login` failed or did not call back. */
  | 'WX_LOGIN_FAILED'
  /** A request failed: no connection, a time-out, a domain that is not on the list. */
  | 'WX_REQUEST_FAILED'
  /** What answered is not the login module: is `baseUrl` right? */
  | 'WX_ANSWER_UNEXPECTED'
  /** A request to another origin, which must not see the token. */
  | 'WX_OTHER_ORIGIN'
  /** You called `abort()`. */
  | 'WX_ABORTED';

interface Details {
  statusCode?: number | undefined;
  retryAfter?: number | undefined;
}

/** The one kind of error that the client rejects with. It never holds a token or a code. */
export class WxSessionError extends Error {
  /** The HTTP status, where there was an answer. */
  readonly statusCode: number | undefined;
  /** How many seconds the server asks to wait. */
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
