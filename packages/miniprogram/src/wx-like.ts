/** The callbacks of every asynchronous call of `wx`. */
export interface WxCallbacks<Result> {
  success: (result: Result) => void;
  fail: (reason: { errMsg: string }) => void;
}

/** The options of `wx.request`. */
export interface WxRequest {
  url: string;
  /** @defaultValue 'GET' */
  method?: 'OPTIONS' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'TRACE' | 'CONNECT';
  data?: string | object | ArrayBuffer;
  header?: Record<string, string>;
  /** In milliseconds. */
  timeout?: number;
  /** @defaultValue 'text' */
  responseType?: 'text' | 'arraybuffer';
}

/** The response of `wx.request`, with any status. */
export interface WxAnswer<Data = unknown> {
  data: Data;
  statusCode: number;
  header: Record<string, unknown>;
}

/** The options of `wx.uploadFile`. */
export interface WxUpload {
  url: string;
  filePath: string;
  /** The name of the form's field. */
  name: string;
  formData?: Record<string, unknown>;
  header?: Record<string, string>;
  /** In milliseconds. */
  timeout?: number;
}

/** The response of `wx.uploadFile`, with any status. */
export interface WxUploadAnswer {
  data: string;
  statusCode: number;
  /** WeChat does not document it. */
  header?: Record<string, unknown>;
}

/** The options of `wx.downloadFile`. */
export interface WxDownload {
  url: string;
  /** Where to store the file; a temporary file without it. */
  filePath?: string;
  header?: Record<string, string>;
  /** In milliseconds. */
  timeout?: number;
}

/** The response of `wx.downloadFile`, with any status. */
export interface WxDownloadAnswer {
  tempFilePath: string;
  filePath?: string;
  statusCode: number;
  /** WeChat does not document it. */
  header?: Record<string, unknown>;
}

/**
 * The part of `wx` that the client uses: `wx`, `uni`, `Taro`, or an object of your own. `typeof wx` of
 * `miniprogram-api-typings` is assignable to it.
 */
export interface WxLike {
  login(options: WxCallbacks<{ code: string }> & { timeout?: number }): unknown;
  request(options: WxRequest & WxCallbacks<WxAnswer>): unknown;
  uploadFile(options: WxUpload & WxCallbacks<WxUploadAnswer>): unknown;
  downloadFile(options: WxDownload & WxCallbacks<WxDownloadAnswer>): unknown;
  checkSession(options: WxCallbacks<unknown>): unknown;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, data: string): void;
  removeStorageSync(key: string): void;
}
