import type { WechatAuthErrorCode } from './error-codes.js';
import { WechatAuthError } from './wechat-auth.error.js';

/**
 * The details of a failed call, for the log of the server. Clients do not receive them.
 * @publicApi
 */
export interface WechatUpstreamDetails {
  /** WeChat's numeric error code; absent if there was no response. */
  errcode?: number;
  /** WeChat's message without secrets; if there was no response, the reason. */
  errmsg?: string;
  /** The request id that WeChat's support asks for. */
  rid?: string;
}

/**
 * A call to WeChat failed. `errcode`, `errmsg` and `rid` are for the log of the server; clients do not
 * receive them.
 *
 * @example
 * if (error instanceof WechatUpstreamError) {
 *   logger.error({ errcode: error.errcode, errmsg: error.errmsg, rid: error.rid });
 * }
 * @publicApi
 */
export class WechatUpstreamError extends WechatAuthError {
  /** WeChat's numeric error code; `undefined` if there was no response. */
  readonly errcode: number | undefined;
  /** WeChat's message without secrets, or the reason why there was no response. */
  readonly errmsg: string | undefined;
  /** WeChat's id of the request, for its support. */
  readonly rid: string | undefined;

  constructor(
    errorCode: WechatAuthErrorCode,
    details: WechatUpstreamDetails & { cause?: unknown } = {},
  ) {
    super(errorCode, { cause: details.cause });
    this.errcode = details.errcode;
    this.errmsg = details.errmsg;
    this.rid = details.rid;
  }
}
