export { createWxSession } from './create-wx-session.js';
export {
  WxSessionError,
  type WxClientErrorCode,
  type WxSessionAction,
} from './wx-session.error.js';
export type {
  WxLogin,
  WxRequestOptions,
  WxSession,
  WxSessionClient,
  WxSessionOptions,
} from './wx-session.types.js';
export type { WxAnswer, WxCallbacks, WxLike, WxRequest } from './wx-like.js';
