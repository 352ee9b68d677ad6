import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WechatUpstreamError } from '../errors/wechat-upstream.error.js';
import { readAnswer } from './wechat-answer.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function failureOf(body: Uint8Array, secrets: string[] = []): WechatUpstreamError {
  try {
    readAnswer(body, { secrets });
  } catch (error) {
    if (error instanceof WechatUpstreamError) return error;
    throw error;
  }
  throw new Error('the answer was read as a success');
}

describe('readAnswer', () => {
  it.each([
    '{"openid":"o"}',
    '{"openid":"o","errcode":0,"errmsg":"ok"}',
    '{"openid":"o","errcode":"0","errmsg":"ok"}',
    '\uFEFF{"openid":"o"}',
  ])('reads %j as a success', (body) => {
    expect(readAnswer(bytes(body), { secrets: [] })).toMatchObject({ openid: 'o' });
  });

  it.each([
    ['40029', 40029, 'WX_CODE_INVALID'],
    ['-1', -1, 'WX_UPSTREAM_BUSY'],
    ['99999', 99999, 'WX_UPSTREAM_ERROR'],
  ])('reads the errcode %j as the number %i', (errcode, number, errorCode) => {
    expect(failureOf(bytes(JSON.stringify({ errcode, errmsg: 'no' })))).toMatchObject({
      errorCode,
      errcode: number,
    });
  });

  it.each([
    [-1, 'WX_UPSTREAM_BUSY'],
    [40029, 'WX_CODE_INVALID'],
    [40163, 'WX_CODE_USED'],
    [40226, 'WX_USER_BLOCKED'],
    [45011, 'WX_RATE_LIMITED'],
    [45009, 'WX_QUOTA_EXCEEDED'],
    [40013, 'WX_APP_MISCONFIGURED'],
    [40125, 'WX_APP_MISCONFIGURED'],
    [41002, 'WX_APP_MISCONFIGURED'],
    [41004, 'WX_APP_MISCONFIGURED'],
    [40164, 'WX_APP_MISCONFIGURED'],
    [40243, 'WX_APP_MISCONFIGURED'],
    [41008, 'WX_UPSTREAM_ERROR'],
    [99999, 'WX_UPSTREAM_ERROR'],
    [-1000, 'WX_UPSTREAM_ERROR'],
  ])('maps errcode %i to %s', (errcode, errorCode) => {
    expect(failureOf(bytes(JSON.stringify({ errcode, errmsg: 'no' })))).toMatchObject({
      errorCode,
      errcode,
    });
  });

  it('allows a call to give an errcode another meaning', () => {
    const body = bytes('{"errcode":40029,"errmsg":"invalid code"}');
    const errcodes = new Map([[40029, 'WX_PHONE_CODE_INVALID']] as const);
    expect(() => readAnswer(body, { secrets: [], errcodes })).toThrow(
      expect.objectContaining({ errorCode: 'WX_PHONE_CODE_INVALID', errcode: 40029 }),
    );
  });

  it('keeps errmsg and rid', () => {
    const errmsg = 'invalid code, rid: 65e8a1b2-0c3d4e5f-1a2b3c4d';
    expect(failureOf(bytes(JSON.stringify({ errcode: 40029, errmsg })))).toMatchObject({
      errmsg,
      rid: '65e8a1b2-0c3d4e5f-1a2b3c4d',
    });
  });

  it.each([
    ['no, rid: 65e8a1b2-0c', '65e8a1b2-0c'],
    ['no, rid:65e8a1b2-0c', '65e8a1b2-0c'],
    ['no grid: 65e8a1b2-0c', undefined],
    ['no', undefined],
  ])('reads %j with the rid %s', (errmsg, rid) => {
    const failure = failureOf(bytes(JSON.stringify({ errcode: 40029, errmsg })));
    expect(failure.rid).toBe(rid);
  });

  it('removes the secrets of the request that WeChat echoes, even if they are encoded', () => {
    const errmsg = 'no such code a&b/c (a%26b%2Fc) for TopSecret';
    const failure = failureOf(bytes(JSON.stringify({ errcode: 40029, errmsg })), [
      'TopSecret',
      'a&b/c',
    ]);
    expect(failure.errmsg).toBe('no such code *** (***) for ***');
  });

  it('makes one short line of any errmsg', () => {
    const errmsg = `a\r\nFATAL forged line\u2028\u0000\u001b[31m${'x'.repeat(10_000)}`;
    const failure = failureOf(bytes(JSON.stringify({ errcode: 1, errmsg })));
    expect(failure.errmsg).toMatch(/^a FATAL forged line \[31mx+$/);
    expect(failure.errmsg).toHaveLength(512);
    expect(failureOf(bytes('{"errcode":1,"errmsg":{"a":1}}')).errmsg).toBe('');
    expect(failureOf(bytes('{"errcode":1}')).errmsg).toBe('');
  });

  it.each([
    ['', 'not JSON'],
    ['<html>', 'not JSON'],
    ['{"openid":', 'not JSON'],
    ['null', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['"text"', 'not a JSON object'],
    ['42', 'not a JSON object'],
    ['{"errcode":""}', 'errcode'],
    ['{"errcode":" 40029"}', 'errcode'],
    ['{"errcode":"4e4"}', 'errcode'],
    ['{"errcode":"0x9c5d"}', 'errcode'],
    ['{"errcode":"+1"}', 'errcode'],
    ['{"errcode":"--1"}', 'errcode'],
    ['{"errcode":"40029.0"}', 'errcode'],
    ['{"errcode":"٤"}', 'errcode'],
    [`{"errcode":"${'9'.repeat(400)}"}`, 'errcode'],
    ['{"errcode":true}', 'errcode'],
    ['{"errcode":["40029"]}', 'errcode'],
    ['{"errcode":1.5}', 'errcode'],
    ['{"errcode":1e400}', 'errcode'],
    ['{"errcode":{}}', 'errcode'],
  ])('does not accept the body %j as an answer', (body, reason) => {
    const failure = failureOf(bytes(body));
    expect(failure.errorCode).toBe('WX_UPSTREAM_UNAVAILABLE');
    expect(failure.errmsg).toContain(reason);
    expect(failure.errcode).toBeUndefined();
  });

  it('does not accept bytes that are not UTF-8: two openids must not become equal', () => {
    const body = Buffer.concat([Buffer.from('{"openid":"'), Buffer.of(0xff), Buffer.from('"}')]);
    expect(failureOf(body).errorCode).toBe('WX_UPSTREAM_UNAVAILABLE');
  });

  it('returns an answer, or an upstream error that quotes nothing, for any bytes', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        try {
          readAnswer(bytes(json), { secrets: [] });
        } catch (error) {
          expect(error).toBeInstanceOf(WechatUpstreamError);
        }
      }),
    );
  });
});
