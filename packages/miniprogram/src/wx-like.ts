/** How every asynchronous call of `wx` ends. */
export interface WxCallbacks<Result> {
  success: (result: Result) => void;
  fail: (reason: { errMsg: string }) => void;
}

/** What `wx.request` is given. */
export interface WxRequest {
  url: string;
  /** @defaultValue 'GET' */
  method?: 'OPTIONS' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'TRACE' | 'CONNECT';
  data?: string | object | ArrayBuffer;
  header?: Record<string, string>;
  /** In milliseconds; without it, the one of the mini program's `networkTimeout`. */
  timeout?: number;
  /** @defaultValue 'json' */
  dataType?: string;
  /** @defaultValue 'text' */
  responseType?: 'text' | 'arraybuffer';
}

/** What `wx.request` comes back with, whatever the status. */
export interface WxAnswer<Data = unknown> {
  data: Data;
  statusCode: number;
  header: Record<string, unknown>;
}

/**
 * The part of `wx` that the client uses: the real one, `uni`, `Taro`, or a stand-in of your own.
 * `typeof wx` of `miniprogram-api-typings` fits.
 */
export interface WxLike {
  login(options: WxCallbacks<{ code: string }> & { timeout?: number }): unknown;
  request(options: WxRequest & WxCallbacks<WxAnswer>): unknown;
  checkSession(options: WxCallbacks<unknown>): unknown;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, data: string): void;
  removeStorageSync(key: string): void;
}
