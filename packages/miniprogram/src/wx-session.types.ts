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
  /** Where your server is: `https://api.example.com`, with its global prefix if it has one. */
  baseUrl: string;
  /**
   * The mini program's API.
   * @defaultValue the global `wx`, looked up when it is first needed
   */
  wx?: WxLike;
  /**
   * Where in `wx`'s storage the session is kept; with an `appid`, that is appended. Clients of the
   * same server, app and key are one: they share the session.
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
   * How many seconds to wait at most where the server answers `Retry-After`. Where it asks for
   * more, the request fails at once.
   * @defaultValue 10
   */
  maxRetryAfter?: number;
  /**
   * Whether requests log in by themselves. Without it they are sent without a token until you call
   * `login()`.
   * @defaultValue true
   */
  autoLogin?: boolean;
  /**
   * For a server that wraps its answers: returns what the login routes themselves answered, such as
   * `({ data }) => data.data`. May throw where the envelope says that the call failed. It is not
   * applied to what `request` resolves with.
   */
  unwrap?(answer: WxEnvelope): unknown;
  /** Called after each login of this client, those that it does by itself among them. */
  onLogin?: (login: WxLogin) => void;
  /**
   * Called when the session has ended and no login follows by itself: after `logout()`, and with
   * `autoLogin: false` when the server no longer accepts it.
   */
  onLogout?: () => void;
}

/** An answer whose body is the envelope of the host. */
export type WxEnvelope = WxAnswer<Record<string, unknown>>;

/** Who is logged in. */
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

/** What `request`, `upload` and `download` have in common. Further options go to `wx` as they are. */
export interface SendOptions {
  /**
   * Whether it may be sent again although the server may have acted on it.
   * @defaultValue true for GET, HEAD, OPTIONS, PUT and DELETE
   */
  replay?: boolean;
  /** Gets the task of `wx`, once for each try: for progress, chunks and headers. */
  onTask?(task: unknown): void;
  /** The promise takes their place. */
  success?: never;
  fail?: never;
  complete?: never;
  [option: string]: unknown;
}

/** The options of `wx.request` but for its callbacks. */
export interface WxRequestOptions extends WxRequest, SendOptions {
  /** Relative to `baseUrl`, or absolute on the very same origin: nobody else gets the token. */
  url: string;
  /** Typings of WeChat differ about the other values. @defaultValue 'json' */
  dataType?: string;
}

/** The options of `wx.uploadFile` but for its callbacks. */
export interface WxUploadOptions extends WxUpload, SendOptions {
  /** As for `request`. */
  url: string;
}

/** The options of `wx.downloadFile` but for its callbacks. */
export interface WxDownloadOptions extends WxDownload, SendOptions {
  /** As for `request`. */
  url: string;
}

/** A promise of an answer. */
export interface WxTask<T> extends Promise<T> {
  /** Ends the request wherever it is: the promise rejects with `WX_ABORTED`. */
  abort: () => void;
}

/** The functions need no `this`: take them apart as you like. */
export interface WxSessionClient {
  /** The session, unless there is none or its time is up. */
  readonly session: WxSession | undefined;

  /**
   * Logs in with a fresh code; the session before ends. `request` does so by itself when needed.
   * One at a time: calls during a login get its result.
   * @throws {@link WxSessionError}
   */
  login: () => Promise<WxLogin>;

  /**
   * `wx.request` with the session's token, and a login first where there is none. Does what the
   * server asks for in its errors: logs in again and replays the request, or waits and sends it
   * again, once each. What the server may have acted on is sent again only where that does no harm,
   * or with `replay: true`.
   * @returns what `wx.request` comes back with, also when your own route answers with an error
   * @throws {@link WxSessionError} where the login module refuses, or nobody answers
   */
  request: <Data = unknown>(options: WxRequestOptions) => WxTask<WxAnswer<Data>>;

  /** `wx.uploadFile`, as `request`. A POST: see `replay`. */
  upload: (options: WxUploadOptions) => WxTask<WxUploadAnswer>;

  /** `wx.downloadFile`, as `request`. */
  download: (options: WxDownloadOptions) => WxTask<WxDownloadAnswer>;

  /**
   * The session's token, after a login where there is none: for `wx.connectSocket` and for other
   * request libraries. Send it to your own server alone.
   * @throws {@link WxSessionError} `WX_SESSION_MISSING` where nobody is logged in and the client may
   * not log in by itself
   */
  getToken: () => Promise<string>;

  /**
   * A code of `wx.login`, for your own route. Take it before you ask WeChat for encrypted data, and
   * send it along with them: `{ code, encryptedData, iv }`. The server then reads them with the very
   * key of that code, whatever logs in meanwhile.
   * @throws {@link WxSessionError} `WX_LOGIN_FAILED`
   */
  freshCode: () => Promise<string>;

  /**
   * Ends the session. It is forgotten here in any case, and over when the promise resolves. From
   * then on only `login()` logs in.
   * @throws {@link WxSessionError} where the server could not be told: there it lasts until it expires
   */
  logout: () => Promise<void>;

  /**
   * Where WeChat has dropped the session key, this logs in again. For data that you send without a
   * code; a login after it makes them unreadable, so prefer `freshCode`.
   * @throws {@link WxSessionError}
   */
  ensureSessionKey: () => Promise<void>;
}
