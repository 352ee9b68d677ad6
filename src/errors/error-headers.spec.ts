import { describe, expect, it } from '@jest/globals';
import type { HttpServer } from '@nestjs/common';
import { setErrorHeaders } from './error-headers.js';
import type { WechatAuthErrorCode } from './error-codes.js';
import { WechatAuthError } from './wechat-auth.error.js';

/** The headers of the response to this error. */
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
  it.each<[WechatAuthErrorCode, Record<string, string>]>([
    ['WX_SESSION_MISSING', { 'Wx-Action': 'relogin', 'WWW-Authenticate': 'Bearer' }],
    [
      'WX_SESSION_EXPIRED',
      { 'Wx-Action': 'relogin', 'WWW-Authenticate': 'Bearer error="invalid_token"' },
    ],
    ['WX_SESSION_KEY_INVALID', { 'Wx-Action': 'relogin', 'WWW-Authenticate': 'Bearer' }],
    ['WX_STORE_UNAVAILABLE', { 'Wx-Action': 'retry', 'Retry-After': '1' }],
    ['WX_RATE_LIMITED', { 'Wx-Action': 'retry', 'Retry-After': '60' }],
    ['WX_QUOTA_EXCEEDED', { 'Wx-Action': 'config', 'Retry-After': '3600' }],
    ['WX_USER_BLOCKED', { 'Wx-Action': 'blocked' }],
  ])('sets the headers of %s, and no others', (code, headers) => {
    expect(headersOf(code)).toEqual({
      'Cache-Control': 'no-store',
      'Wx-Error': code,
      ...headers,
    });
  });
});
