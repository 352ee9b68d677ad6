import type {
  WxAnswer,
  WxDownload,
  WxDownloadAnswer,
  WxLike,
  WxRequest,
  WxUpload,
  WxUploadAnswer,
} from './wx-like.js';

export interface WxSessionOptions {
  /** The URL of your server, such as `https://api.example.com`, with its global prefix if any. */
  baseUrl: string;
  /**
   * The mini program's API.
   * @defaultValue the global `wx`, read on first use
   */
  wx?: WxLike;
  /**
   * The key of the session in the storage of `wx`; an `appid` is appended. Clients with the same
   * server, app and key share the session.
   * @defaultValue 'wx-session'
   */
  storageKey?: string;
  /**
   * `routes.path` of the server's `WechatAuthModule`.
   * @defaultValue 'wechat'
   */
  path?: string;
  /** The appid of this mini program, for a server with several. */
  appid?: string;
  /**
   * The timeout of `wx.login`, of `wx.checkSession` and of a login or logout request, in milliseconds
   * each.
   * @defaultValue 10000
   */
  loginTimeout?: number;
  /**
   * The longest wait in seconds if the server responds with `Retry-After`. If it asks for more, the
   * request fails at once.
   * @defaultValue 10
   */
  maxRetryAfter?: number;
  /**
   * Whether requests log in automatically. If not, they are sent without a token until you call
   * `login()`.
   * @defaultValue true
   */
  autoLogin?: boolean;
  /**
   * For a server that wraps its responses: returns the original response of a login route, such as
   * `({ data }) => data.data`. It may throw if the envelope reports a failure. It is not applied to
   * the result of `request`.
   */
  unwrap?(answer: WxEnvelope): unknown;
  /** Called after each login of this client, including automatic ones. */
  onLogin?: (login: WxLogin) => void;
  /**
   * Called when the session has ended and no automatic login follows: after `logout()`, and with
   * `autoLogin: false` when the server no longer accepts the session.
   */
  onLogout?: () => void;
}

/** A response whose body is the envelope of the app. */
export type WxEnvelope = WxAnswer<Record<string, unknown>>;

/** The session of the user who is logged in. */
export interface WxSession {
  readonly userId: string;
  /** By the server's clock, in ISO 8601. */
  readonly expiresAt: string;
}

/** The result of a login. */
export interface WxLogin extends WxSession {
  /** Whether this was the user's first login. */
  readonly isNewUser: boolean;
}

/** The common options of `request`, `upload` and `download`. Other options are passed to `wx`. */
export interface SendOptions {
  /**
   * Whether the request may be sent again although the server may have processed it.
   * @defaultValue true for GET, HEAD, OPTIONS, PUT and DELETE
   */
  replay?: boolean;
  /** Receives the task of `wx`, once for each try: for progress, chunks and headers. */
  onTask?(task: unknown): void;
  /** Use the promise instead. */
  success?: never;
  fail?: never;
  complete?: never;
  [option: string]: unknown;
}

/** The options of `wx.request` without its callbacks. */
export interface WxRequestOptions extends WxRequest, SendOptions {
  /** Relative to `baseUrl`, or absolute on the same origin: no other server gets the token. */
  url: string;
  /** WeChat's typings disagree about the other values. @defaultValue 'json' */
  dataType?: string;
}

/** The options of `wx.uploadFile` without its callbacks. */
export interface WxUploadOptions extends WxUpload, SendOptions {
  /** As for `request`. */
  url: string;
}

/** The options of `wx.downloadFile` without its callbacks. */
export interface WxDownloadOptions extends WxDownload, SendOptions {
  /** As for `request`. */
  url: string;
}

/** A promise of a response that can be aborted. */
export interface WxTask<T> extends Promise<T> {
  /** Ends the request at any stage; the promise rejects with `WX_ABORTED`. */
  abort: () => void;
}

/** The client. Its functions do not use `this`, so they can be destructured. */
export interface WxSessionClient {
  /** The session, unless there is none or it has expired. */
  readonly session: WxSession | undefined;

  /**
   * Logs in with a fresh code; the previous session ends. `request` does this when needed. Calls
   * during a login get its result.
   * @throws {@link WxSessionError}
   */
  login: () => Promise<WxLogin>;

  /**
   * Calls `wx.request` with the session's token; logs in first if there is no session. Follows the
   * `action` in the server's errors: logs in and sends the request again, or waits and sends it again,
   * once each. A request that the server may have processed is sent again only with an idempotent
   * method, or with `replay: true`.
   * @returns the response of `wx.request`, also if your own route responds with an error
   * @throws {@link WxSessionError} if the login or the guard refuses, or there is no response
   */
  request: <Data = unknown>(options: WxRequestOptions) => WxTask<WxAnswer<Data>>;

  /** Like `request`, with `wx.uploadFile`. It is a POST: see `replay`. */
  upload: (options: WxUploadOptions) => WxTask<WxUploadAnswer>;

  /** Like `request`, with `wx.downloadFile`. */
  download: (options: WxDownloadOptions) => WxTask<WxDownloadAnswer>;

  /**
   * Returns the session's token; logs in first if there is no session. For `wx.connectSocket` and
   * other request libraries. Send it only to your own server.
   * @throws {@link WxSessionError} `WX_SESSION_MISSING` if there is no session and automatic login is
   * not allowed
   */
  getToken: () => Promise<string>;

  /**
   * Returns a code of `wx.login` for your own route. Get it before you ask WeChat for encrypted data,
   * and send both: `{ code, encryptedData, iv }`. The server then decrypts the data with the key of
   * that code, even after another login.
   * @throws {@link WxSessionError} `WX_LOGIN_FAILED`
   */
  freshCode: () => Promise<string>;

  /**
   * Ends the session on the phone and on the server. After that, only `login()` logs in.
   * @throws {@link WxSessionError} if the server did not confirm; then the session lasts there until it
   * expires
   */
  logout: () => Promise<void>;

  /**
   * Logs in again if WeChat has dropped the session key. For data that you send without a code. A
   * later login makes them unreadable, so prefer `freshCode`.
   * @throws {@link WxSessionError}
   */
  ensureSessionKey: () => Promise<void>;
}
