// Compiled by `npm run typecheck`, never run: what the types of the errors promise.
import type { HttpException } from '@nestjs/common';
import {
  WechatAuthConfigError,
  WechatAuthError,
  WechatUpstreamError,
  type WechatAuthAction,
  type WechatAuthErrorBody,
  type WechatAuthErrorCode,
} from '../../src/index.js';

export const error: HttpException = new WechatAuthError('WX_SESSION_EXPIRED', { cause: 'x' });
export const upstream: WechatAuthError = new WechatUpstreamError('WX_UPSTREAM_ERROR', {
  errcode: 99999,
  errmsg: 'x',
  rid: 'x',
});
export const configError: Error = new WechatAuthConfigError(['x']);

// @ts-expect-error -- an unknown error code
export const unknownCode = new WechatAuthError('WX_UNKNOWN');
// @ts-expect-error -- an unknown detail
export const unknownDetail = new WechatUpstreamError('WX_UPSTREAM_ERROR', { secret: 'x' });
// @ts-expect-error -- not one of the actions
export const unknownAction: WechatAuthAction = 'give-up';

export function statusOf({ errorCode, retryAfter }: WechatAuthError): number {
  // @ts-expect-error -- a comparison with a code that does not exist
  if (errorCode === 'WX_UNKNOWN') return 0;
  return retryAfter ?? 0;
}

export function bodyOf(thrown: WechatAuthError): WechatAuthErrorBody {
  // @ts-expect-error -- the code is read-only
  thrown.errorCode = 'WX_CODE_USED';
  return thrown.getResponse();
}

/** `tsc` fails here if an action is missing, so clients can rely on the list. */
export function messageOf(action: WechatAuthAction): string {
  switch (action) {
    case 'relogin':
      return 'log in again';
    case 'retry':
      return 'wait';
    case 'fix-request':
      return 'fix the request';
    case 'blocked':
    case 'config':
      return 'do not retry';
  }
}

export const codes: readonly WechatAuthErrorCode[] = ['WX_CODE_INVALID', 'WX_STORE_UNAVAILABLE'];
