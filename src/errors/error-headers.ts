import type { HttpServer } from '@nestjs/common';
import type { WechatAuthError } from './wechat-auth.error.js';

/**
 * Sets the headers that belong to an error before it is thrown, so that they arrive whatever
 * exception filter the host uses for the body (RFC 6750 section 3, RFC 9110 section 10.2.3).
 */
export function setErrorHeaders(
  adapter: HttpServer,
  response: unknown,
  error: WechatAuthError,
): void {
  adapter.setHeader(response, 'Cache-Control', 'no-store');
  if (error.getStatus() === 401) adapter.setHeader(response, 'WWW-Authenticate', 'Bearer');
  if (error.retryAfter !== undefined) {
    adapter.setHeader(response, 'Retry-After', String(error.retryAfter));
  }
}
