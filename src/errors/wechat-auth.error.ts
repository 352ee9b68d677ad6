import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { errorRow, type WechatAuthAction, type WechatAuthErrorCode } from './error-codes.js';

/**
 * The JSON body of an error response.
 * @publicApi
 */
export interface WechatAuthErrorBody {
  statusCode: number;
  /** The reason phrase of the status, such as `Unauthorized`. */
  error: string;
  message: string;
  errorCode: WechatAuthErrorCode;
  action: WechatAuthAction;
}

/**
 * An error of this package. It is an `HttpException`, so Nest and your exception filters respond with
 * its status and {@link WechatAuthErrorBody} without further set-up.
 *
 * @example
 * if (error instanceof WechatAuthError && error.errorCode === 'WX_CODE_USED') {
 *   logger.warn('The client sent a code twice');
 * }
 * @publicApi
 */
export class WechatAuthError extends HttpException {
  /** Stable: compare this one, not the message. */
  declare readonly errorCode: WechatAuthErrorCode;
  /** What the client can do about it. */
  readonly action: WechatAuthAction;
  /** The seconds of `Retry-After`; `undefined` if the response has no such header. */
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
    // Nest 12 sets errorCode in the constructor; Nest 11 does not.
    this.errorCode = errorCode;
    this.action = action;
    this.retryAfter = retryAfter;
  }

  override getResponse(): WechatAuthErrorBody {
    return super.getResponse() as WechatAuthErrorBody;
  }
}
