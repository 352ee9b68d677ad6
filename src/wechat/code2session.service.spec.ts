import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createTestWechat, TEST_APP } from '../../test/support/test-wechat.js';
import type { Code2SessionService } from './code2session.service.js';

describe('Code2SessionService', () => {
  let server: Server;
  let code2Session: Code2SessionService;
  /** The codes that WeChat has received. */
  let exchanged: string[];
  let answer: (query: URLSearchParams) => object;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    server = createServer((request, response) => {
      const query = new URL(request.url ?? '', 'http://wechat').searchParams;
      exchanged.push(query.get('js_code') ?? '');
      response.end(JSON.stringify(answer(query)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${String(port)}`;
    ({ code2Session } = createTestWechat({ baseUrl, timeout: 20_000 }));
  });
  beforeEach(() => {
    exchanged = [];
    answer = (query) => ({
      openid: `the user of ${String(query.get('js_code'))}`,
      session_key: 'c2Vzc2lvbl9rZXk=',
    });
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const openidOf = async (code: string): Promise<string> =>
    (await code2Session.exchange(code)).openid;

  it('exchanges a code once for all who ask at the same time, and never mixes up two codes', async () => {
    const codes = ['code-1', 'code-2', 'code-1', 'code-2', 'code-1'];
    expect(await Promise.all(codes.map(openidOf))).toEqual(
      codes.map((code) => `the user of ${code}`),
    );
    expect(exchanged.toSorted()).toEqual(['code-1', 'code-2']);
  });

  it.each(['', ' ', 'a b', 'x'.repeat(10_000), 42 as unknown as string])(
    'refuses %j without a request: it is no code',
    async (code) => {
      await expect(code2Session.exchange(code)).rejects.toMatchObject({
        errorCode: 'WX_CODE_MALFORMED',
      });
      expect(exchanged).toEqual([]);
    },
  );

  it('keeps the code and the AppSecret out of an error, also if WeChat repeats them', async () => {
    answer = (query) => ({ errcode: 40029, errmsg: `invalid code ${query.toString()}` });
    await expect(code2Session.exchange('code-1')).rejects.toMatchObject({
      errorCode: 'WX_CODE_INVALID',
      errmsg: `invalid code appid=${TEST_APP.appid}&secret=***&js_code=***&grant_type=authorization_code`,
    });
  });
});
