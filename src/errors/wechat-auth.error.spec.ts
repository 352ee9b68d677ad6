import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { HttpException } from '@nestjs/common';
import { ERRORS, type WechatAuthAction, type WechatAuthErrorCode } from './error-codes.js';
import { WechatAuthError } from './wechat-auth.error.js';
import { WechatUpstreamError } from './wechat-upstream.error.js';

const contract: [WechatAuthErrorCode, number, string, WechatAuthAction][] = [
  ['WX_CODE_MALFORMED', 400, 'Bad Request', 'fix-request'],
  ['WX_APP_UNKNOWN', 400, 'Bad Request', 'fix-request'],
  ['WX_APP_UNAVAILABLE', 503, 'Service Unavailable', 'retry'],
  ['WX_BUSY', 503, 'Service Unavailable', 'retry'],
  ['WX_CODE_INVALID', 401, 'Unauthorized', 'relogin'],
  ['WX_CODE_USED', 401, 'Unauthorized', 'relogin'],
  ['WX_USER_BLOCKED', 403, 'Forbidden', 'blocked'],
  ['WX_RATE_LIMITED', 429, 'Too Many Requests', 'retry'],
  ['WX_UPSTREAM_BUSY', 503, 'Service Unavailable', 'retry'],
  ['WX_QUOTA_EXCEEDED', 503, 'Service Unavailable', 'config'],
  ['WX_UPSTREAM_UNAVAILABLE', 503, 'Service Unavailable', 'retry'],
  ['WX_UPSTREAM_ERROR', 502, 'Bad Gateway', 'retry'],
  ['WX_APP_MISCONFIGURED', 500, 'Internal Server Error', 'config'],
  ['WX_SESSION_MISSING', 401, 'Unauthorized', 'relogin'],
  ['WX_SESSION_INVALID', 401, 'Unauthorized', 'relogin'],
  ['WX_SESSION_EXPIRED', 401, 'Unauthorized', 'relogin'],
  ['WX_SESSION_REVOKED', 401, 'Unauthorized', 'relogin'],
  ['WX_DATA_UNDECRYPTABLE', 400, 'Bad Request', 'relogin'],
  ['WX_PHONE_CODE_INVALID', 400, 'Bad Request', 'fix-request'],
  ['WX_SESSION_KEY_INVALID', 401, 'Unauthorized', 'relogin'],
  ['WX_STORE_UNAVAILABLE', 503, 'Service Unavailable', 'retry'],
];

describe('WechatAuthError', () => {
  it.each(contract)(
    '%s has the status %i %s and the action %s',
    (errorCode, status, error, action) => {
      const thrown = new WechatAuthError(errorCode);
      expect(thrown).toBeInstanceOf(HttpException);
      expect(thrown.getStatus()).toBe(status);
      expect(thrown.getResponse()).toEqual({
        statusCode: status,
        error,
        message: thrown.message,
        errorCode,
        action,
      });
      expect(thrown).toMatchObject({ name: 'WechatAuthError', errorCode, action });
      expect(thrown.message).toMatch(/^[A-Z].*\.$/);
    },
  );

  it('has exactly the documented error codes', () => {
    expect(Object.keys(ERRORS).sort()).toEqual(contract.map(([code]) => code).sort());
  });

  it('has retryAfter only if the status is 429 or 503', () => {
    for (const [code, status] of contract) {
      const { retryAfter } = new WechatAuthError(code);
      if (status === 429 || status === 503) expect(retryAfter).toBeGreaterThanOrEqual(1);
      else expect(retryAfter).toBeUndefined();
    }
  });

  it('keeps its cause', () => {
    const cause = new Error('the socket hung up');
    expect(new WechatAuthError('WX_STORE_UNAVAILABLE', { cause }).cause).toBe(cause);
  });
});

describe('WechatUpstreamError', () => {
  it('has the details of WeChat as properties, but not in the response', () => {
    const error = new WechatUpstreamError('WX_APP_MISCONFIGURED', {
      errcode: 40164,
      errmsg: 'invalid ip 203.0.113.7 rid: 65a0-1b',
      rid: '65a0-1b',
    });
    expect(error).toBeInstanceOf(WechatAuthError);
    expect(error).toMatchObject({ errcode: 40164, rid: '65a0-1b', name: 'WechatUpstreamError' });
    expect(inspect(error)).toContain('invalid ip 203.0.113.7');
    expect(JSON.stringify(error.getResponse())).not.toMatch(/40164|203\.0\.113\.7|65a0-1b/);
  });

  it('keeps its cause', () => {
    const cause = new Error('the socket hung up');
    expect(new WechatUpstreamError('WX_UPSTREAM_UNAVAILABLE', { cause }).cause).toBe(cause);
  });
});
