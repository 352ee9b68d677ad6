/**
 * The client for the mini program.
 *
 * @module nestjs-wechat-auth-miniprogram
 */
export { createWxSession } from './create-wx-session.js';
export {
  WxSessionError,
  type WxClientErrorCode,
  type WxSessionAction,
} from './wx-session.error.js';
export type {
  WxDownloadOptions,
  WxEnvelope,
  WxLogin,
  WxRequestOptions,
  WxSession,
  WxSessionClient,
  WxSessionOptions,
  WxTask,
  WxUploadOptions,
} from './wx-session.types.js';
export type {
  WxAnswer,
  WxCallbacks,
  WxDownload,
  WxDownloadAnswer,
  WxLike,
  WxRequest,
  WxUpload,
  WxUploadAnswer,
} from './wx-like.js';
