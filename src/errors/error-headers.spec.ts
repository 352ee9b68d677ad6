import { describe, expect, it } from '@jest/globals';
import type { HttpServer } from '@nestjs/common';
import { setErrorHeaders } from './error-headers.js';
import type { WechatAuthErrorCode } from './error-codes.js';
import { WechatAuthError } from './wechat-auth.error.js';

/** The headers that an answer to this error gets. */
function headersOf(code: WechatAuthErrorCode): Record<string, string> {
  const response: Record<string, string> = {};
  const adapter = {
    setHeader: (to: Record<string, string>, name: string, value: string) => {
      to[name] = value;
    },
  } as unknown as HttpServer;
  setErrorHeaders(adapter, response, new WechatAuthError(code));
  return response;
}

describe('setErrorHeaders', () => {
  it('tells a client without a good session how to authenticate', () => {
    expect(headersOf('WX_SESSION_EXPIRED')).toEqual({
      'Cache-Control': 'no-store',
      'WWW-Authenticate': 'Bearer',
    });
  });

  it.each<[WechatAuthErrorCode, string]>([
    ['WX_STORE_UNAVAILABLE', '1'],
    ['WX_RATE_LIMITED', '60'],
    ['WX_QUOTA_EXCEEDED', '3600'],
  ])('tells when to come back after %s: in %s s', (code, seconds) => {
    expect(headersOf(code)).toEqual({ 'Cache-Control': 'no-store', 'Retry-After': seconds });
  });

  it('keeps every other error out of caches too, and promises nothing', () => {
    expect(headersOf('WX_USER_BLOCKED')).toEqual({ 'Cache-Control': 'no-store' });
  });
});
