import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readCode2Session } from './code2session.js';
import type { WechatAnswer } from './wechat-answer.js';

const answer = { openid: 'o-1', session_key: 'the-session-key', unionid: 'u-1' };
const read = (more: WechatAnswer = {}): ReturnType<typeof readCode2Session> =>
  readCode2Session('wx1', { ...answer, ...more }, 42);

describe('readCode2Session', () => {
  it('reads the documented answer', () => {
    expect({ ...read() }).toEqual({
      appid: 'wx1',
      openid: 'o-1',
      unionid: 'u-1',
      sessionKey: 'the-session-key',
      exchangedAt: 42,
    });
  });

  it.each([[undefined], [null], ['']])('takes the unionid %p for none', (unionid) => {
    expect(read({ unionid }).unionid).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['openid', undefined],
    ['openid', ''],
    ['openid', 42],
    ['openid', 'a\0b'],
    ['session_key', undefined],
    ['session_key', ''],
    ['session_key', {}],
    ['unionid', 42],
    ['unionid', false],
    ['unionid', 'a\nb'],
  ])('refuses %s: %p, and names the field', (field, value) => {
    expect(() => read({ [field]: value })).toThrow(
      expect.objectContaining({
        errorCode: 'WX_UPSTREAM_UNAVAILABLE',
        errmsg: expect.stringContaining(field),
      }),
    );
  });

  it('shows no session_key in inspect or JSON', () => {
    const shown = { appid: 'wx1', openid: 'o-1', unionid: 'u-1', sessionKey: '***' };
    expect(JSON.parse(JSON.stringify(read()))).toEqual(shown);
    expect(inspect(read(), { depth: null })).toBe(inspect(shown));
  });
});
