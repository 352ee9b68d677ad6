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
  /** In milliseconds. */
  timeout?: number;
  /** @defaultValue 'text' */
  responseType?: 'text' | 'arraybuffer';
}

/** What `wx.request` comes back with, whatever the status. */
export interface WxAnswer<Data = unknown> {
  data: Data;
  statusCode: number;
  header: Record<string, unknown>;
}

/** What `wx.uploadFile` is given. */
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

/** What `wx.uploadFile` comes back with, whatever the status. */
export interface WxUploadAnswer {
  data: string;
  statusCode: number;
  /** WeChat does not document it. */
  header?: Record<string, unknown>;
}

/** What `wx.downloadFile` is given. */
export interface WxDownload {
  url: string;
  /** Where to store the file; a temporary file without it. */
  filePath?: string;
  header?: Record<string, string>;
  /** In milliseconds. */
  timeout?: number;
}

/** What `wx.downloadFile` comes back with, whatever the status. */
export interface WxDownloadAnswer {
  tempFilePath: string;
  filePath?: string;
  statusCode: number;
  /** WeChat does not document it. */
  header?: Record<string, unknown>;
}

/**
 * The part of `wx` that the client uses: the real one, `uni`, `Taro`, or a stand-in of your own.
 * `typeof wx` of `miniprogram-api-typings` fits.
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
