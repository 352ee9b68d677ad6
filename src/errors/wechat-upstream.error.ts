import type { WechatAuthErrorCode } from './error-codes.js';
import { WechatAuthError } from './wechat-auth.error.js';

/** What WeChat said, for the server's log; it never reaches the client. */
export interface WechatUpstreamDetails {
  /** WeChat's numeric error code; absent where no answer came. */
  errcode?: number;
  /** WeChat's words, without the AppSecret and the code, or ours where no answer came. */
  errmsg?: string;
  /** The request id that WeChat's support asks for. */
  rid?: string;
}

/** A call to WeChat failed. `errcode`, `errmsg` and `rid` are for the log of the server. */
export class WechatUpstreamError extends WechatAuthError {
  readonly errcode: number | undefined;
  readonly errmsg: string | undefined;
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
