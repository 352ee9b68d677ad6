import type { WxAnswer, WxLike, WxRequest } from './wx-like.js';

export interface WxSessionOptions {
  /** Where your server is: `https://api.example.com`, with its global prefix if it has one. */
  baseUrl: string;
  /**
   * The mini program's API.
   * @defaultValue the global `wx`, looked up when it is first needed
   */
  wx?: WxLike;
  /**
   * Where in `wx`'s storage the session is kept. Clients of the same `wx`, server and key are one:
   * they share the session and the login.
   * @defaultValue 'wx-session'
   */
  storageKey?: string;
  /**
   * `routes.path` of the server's `WechatAuthModule`.
   * @defaultValue 'wechat'
   */
  path?: string;
  /** For a server of several mini programs: which one this is. */
  appid?: string;
  /**
   * How many milliseconds `wx.login`, `wx.checkSession` and the answer to a login or logout may
   * take, each.
   * @defaultValue 10000
   */
  loginTimeout?: number;
  /**
   * How many seconds to wait at most where the server answers `Retry-After`.
   * @defaultValue 10
   */
  maxRetryAfter?: number;
}

/** Who is logged in. The token stays with the client. */
export interface WxSession {
  readonly userId: string;
  /** By the server's clock, in ISO 8601. */
  readonly expiresAt: string;
}

/** What a login comes to. */
export interface WxLogin extends WxSession {
  /** Whether this was the user's first login. */
  readonly isNewUser: boolean;
}

/** The options of `wx.request` but for its callbacks; further ones are handed on as they are. */
export interface WxRequestOptions extends Omit<WxRequest, 'url'> {
  /** Relative to `baseUrl`, or absolute on the very same origin: nobody else gets the token. */
  url: string;
}

/** The functions need no `this`: take them apart as you like. */
export interface WxSessionClient {
  /** The session, unless there is none or its time is up. */
  readonly session: WxSession | undefined;

  /**
   * Logs in with a fresh code; the session before ends. `request` does so by itself when needed.
   * One at a time: whoever asks while a login is under way gets its result.
   * @throws {@link WxSessionError}
   */
  login: () => Promise<WxLogin>;

  /**
   * `wx.request` with the session's token, and a login first where there is none. Does what the
   * server asks for in its errors: logs in again and replays the request, or waits and sends it
   * again, once each.
   * @returns what `wx.request` comes back with, also when your own route answers with an error
   * @throws {@link WxSessionError} where the login module refuses, or nobody answers
   */
  request: <Data = unknown>(options: WxRequestOptions) => Promise<WxAnswer<Data>>;

  /**
   * Ends the session. It is forgotten here in any case, and over when the promise resolves.
   * @throws {@link WxSessionError} where the server could not be told: there it lasts until it expires
   */
  logout: () => Promise<void>;

  /**
   * Call it before `getUserProfile` and the like: the server can read encrypted data only with the
   * session key of now. Where WeChat has dropped that, this logs in again.
   * @throws {@link WxSessionError}
   */
  ensureSessionKey: () => Promise<void>;
}
