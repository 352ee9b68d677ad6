import type { HttpServer } from '@nestjs/common';
import type { WechatAuthErrorCode } from './error-codes.js';
import type { WechatAuthError } from './wechat-auth.error.js';

/**
 * Sets the headers of an error before it is thrown, so that they are sent with any exception filter
 * of the app (RFC 6750 section 3, RFC 9110 section 10.2.3).
 */
export function setErrorHeaders(
  adapter: HttpServer,
  response: unknown,
  error: WechatAuthError,
): void {
  adapter.setHeader(response, 'Cache-Control', 'no-store');
  adapter.setHeader(response, 'Wx-Error', error.errorCode);
  adapter.setHeader(response, 'Wx-Action', error.action);
  if (error.getStatus() === 401) {
    adapter.setHeader(response, 'WWW-Authenticate', challengeOf(error.errorCode));
  }
  if (error.retryAfter !== undefined) {
    adapter.setHeader(response, 'Retry-After', String(error.retryAfter));
  }
}

/** With an error only if a token was sent (RFC 6750 section 3.1). */
export const challengeOf = (code: WechatAuthErrorCode): string =>
  REFUSED_TOKEN.has(code) ? 'Bearer error="invalid_token"' : 'Bearer';

const REFUSED_TOKEN = new Set<WechatAuthErrorCode>([
  'WX_SESSION_INVALID',
  'WX_SESSION_EXPIRED',
  'WX_SESSION_REVOKED',
]);
