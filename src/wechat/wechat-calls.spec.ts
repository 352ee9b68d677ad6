import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createTestWechat, TEST_APP } from '../../test/support/test-wechat.js';
import type { WechatCalls } from './wechat-calls.js';
import type { WechatAnswer } from './wechat-answer.js';

const { appid } = TEST_APP;
const holder = { appid, openid: 'o-1', sessionKey: 'the-session-key' };

describe('WechatCalls', () => {
  let server: Server;
  let calls: WechatCalls;
  /** The requests without those for access tokens. */
  let asked: { method: string | undefined; path: string; query: object; body: string }[];
  let tokens: number;
  /** WeChat's answers in order; the last one is repeated. */
  let answers: object[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://wechat');
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (pathname === '/cgi-bin/stable_token') {
          const token = { access_token: `token-${String(++tokens)}`, expires_in: 7200 };
          response.end(JSON.stringify(token));
          return;
        }
        const query = Object.fromEntries(searchParams);
        asked.push({ method: request.method, path: pathname, query, body });
        response.end(JSON.stringify(answers.length > 1 ? answers.shift() : answers[0]));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    Logger.overrideLogger(false);
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${String(port)}`;
    ({ calls } = createTestWechat({ baseUrl, timeout: 20_000 }));
    [asked, tokens, answers] = [[], 0, [{ errcode: 0 }]];
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const any = (query: Record<string, string> = {}): Promise<WechatAnswer> =>
    calls.authorized(appid, { path: '/any', query, secrets: ['a-secret'], read: (each) => each });
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('sends the access token, which no parameter can replace', async () => {
    await any({ x: '1', access_token: 'mine' });
    expect(asked).toEqual([
      { method: 'GET', path: '/any', query: { x: '1', access_token: 'token-1' }, body: '' },
    ]);
  });

  it.each([40001, 40014, 42001])(
    'repeats a call once with a new token after the errcode %i',
    async (errcode) => {
      answers = [{ errcode }, { errcode: 0, ok: true }];
      expect(await any()).toEqual({ errcode: 0, ok: true });
      expect(asked.map(({ query }) => query)).toEqual([
        { access_token: 'token-1' },
        { access_token: 'token-2' },
      ]);
      answers = [{ errcode }];
      expect(await failureOf(any())).toMatchObject({ errcode });
      expect(asked).toHaveLength(4);
    },
  );

  it.each([40003, 45009, 40029])('repeats no call after the errcode %i', async (errcode) => {
    answers = [{ errcode }];
    expect(await failureOf(any())).toMatchObject({ errcode });
    expect([asked.length, tokens]).toEqual([1, 1]);
  });

  it('has neither the token nor the secrets of the call in an error, even if WeChat repeats them', async () => {
    answers = [{ errcode: 40003, errmsg: 'token-1 of a-secret' }];
    expect(inspect(await failureOf(any()), { depth: null })).not.toMatch(/token-1|a-secret/);
    answers = [{ errcode: 40003, errmsg: 'key the-session-key' }];
    const signature = createHmac('sha256', holder.sessionKey).update('').digest('hex');
    expect(inspect(await failureOf(calls.checkSessionKey(holder)))).not.toContain(
      holder.sessionKey,
    );
    answers = [{ errcode: 40003, errmsg: `${signature} of phone-code` }];
    expect(inspect(await failureOf(calls.checkSessionKey(holder)))).not.toContain(signature);
    expect(inspect(await failureOf(calls.getPhoneInfo(appid, 'o-1', 'phone-code')))).not.toContain(
      'phone-code',
    );
  });

  it.each<['/wxa/checksession' | '/wxa/resetusersessionkey', () => Promise<unknown>]>([
    ['/wxa/checksession', () => calls.checkSessionKey(holder)],
    ['/wxa/resetusersessionkey', () => calls.resetSessionKey(holder)],
  ])('signs %s with the session_key, as WeChat documents it', async (path, work) => {
    answers = [{ errcode: 0, openid: 'o-1', session_key: 'a-new-key' }];
    expect(await work()).toBe(path === '/wxa/checksession' ? undefined : 'a-new-key');
    const query = {
      openid: 'o-1',
      signature: createHmac('sha256', holder.sessionKey).update('').digest('hex'),
      sig_method: 'hmac_sha256',
      access_token: 'token-1',
    };
    expect(asked).toEqual([{ method: 'GET', path, query, body: '' }]);
    answers = [{ errcode: 87009 }];
    expect(await failureOf(work())).toMatchObject({ errorCode: 'WX_SESSION_KEY_INVALID' });
  });

  it.each([
    [{ openid: 'o-2', session_key: 'k' }, 'openid'],
    [{ session_key: 'k' }, 'openid'],
    [{ openid: 'o-1' }, 'session_key'],
    [{ openid: 'o-1', session_key: '' }, 'session_key'],
  ])('accepts no new session_key from %j, because of the %s', async (answer, reason) => {
    answers = [answer];
    expect(await failureOf(calls.resetSessionKey(holder))).toMatchObject({
      errorCode: 'WX_UPSTREAM_UNAVAILABLE',
      errmsg: expect.stringContaining(reason),
    });
  });

  it('requests a phone number with the code and the openid', async () => {
    answers = [{ errcode: 0, phone_info: { phoneNumber: '1' } }];
    expect(await calls.getPhoneInfo(appid, 'o-1', 'code')).toEqual({ phoneNumber: '1' });
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/wxa/business/getuserphonenumber',
        query: { access_token: 'token-1' },
        body: '{"code":"code","openid":"o-1"}',
      },
    ]);
  });

  it.each([40029, 40163])('takes the errcode %i for a bad code of the button', async (errcode) => {
    answers = [{ errcode }];
    expect(await failureOf(calls.getPhoneInfo(appid, 'o-1', 'code'))).toMatchObject({
      errorCode: 'WX_PHONE_CODE_INVALID',
    });
  });
});
