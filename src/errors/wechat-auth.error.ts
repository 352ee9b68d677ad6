import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { errorRow, type WechatAuthAction, type WechatAuthErrorCode } from './error-codes.js';

/** The JSON body of every error response. */
export interface WechatAuthErrorBody {
  statusCode: number;
  /** The status in words, such as `Unauthorized`. */
  error: string;
  message: string;
  errorCode: WechatAuthErrorCode;
  action: WechatAuthAction;
}

/**
 * The base of all errors of this package. An `HttpException`, so that Nest and the filters of the
 * host answer with its status and {@link WechatAuthErrorBody} without further wiring.
 */
export class WechatAuthError extends HttpException {
  /** Stable: compare with this one, not with the message. */
  declare readonly errorCode: WechatAuthErrorCode;
  /** What the client can do about it. */
  readonly action: WechatAuthAction;
  /** Seconds to wait before a retry, if the response has `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(errorCode: WechatAuthErrorCode, options: { cause?: unknown } = {}) {
    const { status, action, message, retryAfter } = errorRow(errorCode);
    const body: WechatAuthErrorBody = {
      statusCode: status,
      error: STATUS_CODES[status] ?? 'Error',
      message,
      errorCode,
      action,
    };
    super(body, status, options);
    // Nest 11 does not set errorCode in the constructor, as Nest 12 does.
    this.errorCode = errorCode;
    this.action = action;
    this.retryAfter = retryAfter;
  }

  override getResponse(): WechatAuthErrorBody {
    return super.getResponse() as WechatAuthErrorBody;
  }
}
