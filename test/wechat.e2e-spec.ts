import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AggregatedLogger } from '../src/common/aggregated-logger.js';
import { Code2SessionService } from '../src/index.js';
import { WechatSandbox, type SandboxFault } from '../src/testing/index.js';
import { startApp } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, type Answer } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';
import { freePort } from '../examples/demo/postgres/postgres.js';

describe.each(platforms)('responses of WeChat to a login over $name', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let logger: LogCapture;

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
    logger = new LogCapture();
    server = await servers.app({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      options: { wechat: { baseUrl: wechat.url, timeout: 1000 } },
      logger,
    });
  });

  beforeEach(() => {
    server.app.get(AggregatedLogger).flush();
    logger.lines.length = 0;
  });
  afterEach(() => {
    wechat.recover();
  });

  const login = (code = wechat.issueCode()): Promise<Answer> =>
    call('POST', `${server.url}/wechat/login`, { body: { code } });
  const asked = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const before = wechat.requests.length;
    return [await work(), wechat.requests.length - before];
  };

  it.each<[number, number, string, string, RegExp]>([
    [40029, 401, 'WX_CODE_INVALID', 'relogin', /^debug .*WX_CODE_INVALID/m],
    [40163, 401, 'WX_CODE_USED', 'relogin', /^debug .*WX_CODE_USED/m],
    [40226, 403, 'WX_USER_BLOCKED', 'blocked', /^debug .*WX_USER_BLOCKED/m],
    [45011, 429, 'WX_RATE_LIMITED', 'retry', /^warn .*WX_RATE_LIMITED/m],
    [-1, 503, 'WX_UPSTREAM_BUSY', 'retry', /^warn .*WX_UPSTREAM_BUSY/m],
    [45009, 503, 'WX_QUOTA_EXCEEDED', 'config', /^error .*quota/m],
    [99999, 502, 'WX_UPSTREAM_ERROR', 'retry', /^warn .*99999/m],
    [41008, 502, 'WX_UPSTREAM_ERROR', 'retry', /^warn .*41008/m],
    [40013, 500, 'WX_APP_MISCONFIGURED', 'config', /^error .*appid is wrong/m],
    [40125, 500, 'WX_APP_MISCONFIGURED', 'config', /^error .*AppSecret is wrong/m],
    [41002, 500, 'WX_APP_MISCONFIGURED', 'config', /^error .*got no appid/m],
    [41004, 500, 'WX_APP_MISCONFIGURED', 'config', /^error .*got no AppSecret/m],
    [40164, 500, 'WX_APP_MISCONFIGURED', 'config', /^error .*allow list/m],
    [40243, 500, 'WX_APP_MISCONFIGURED', 'config', /^error .*frozen/m],
    [41021, 500, 'WX_APP_MISCONFIGURED', 'config', /^error .*no component_access_token/m],
    [61003, 500, 'WX_APP_MISCONFIGURED', 'config', /^error .*not authorised/m],
  ])('errcode %i becomes %i %s', async (errcode, status, errorCode, action, line) => {
    wechat.fail(errcode, Infinity);
    const [answer, requests] = await asked(login);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      statusCode: status,
      error: expect.any(String),
      message: expect.any(String),
      errorCode,
      action,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
    expect(answer.headers).toMatchObject({ 'wx-error': errorCode, 'wx-action': action });
    const retryAfter = answer.headers['retry-after'];
    if (status === 429 || status === 503) expect(retryAfter).toMatch(/^[1-9]\d*$/);
    else expect(retryAfter).toBeUndefined();
    expect(requests).toBe(errcode === -1 ? 3 : 1);
    // The details are for the log: the client gets neither the rid nor WeChat's errmsg.
    expect(logger.text).toMatch(line);
    expect(logger.text).toMatch(/rid: [\da-f-]+/);
    expect(answer.text).not.toMatch(/rid|errcode|invalid/);
  });

  it.each<[SandboxFault, string]>([
    ['timeout', 'no answer within 1000 ms'],
    ['reset', 'ECONNRESET'],
    ['truncated', ''],
    ['http-404', 'HTTP status 404'],
    ['http-500', 'HTTP status 500'],
    ['http-502', 'HTTP status 502'],
    ['redirect', 'HTTP status 302'],
    ['garbage', 'not JSON'],
    ['empty', 'not JSON'],
    ['null', 'not a JSON object'],
    ['array', 'not a JSON object'],
    ['too-large', ''],
    ['bad-utf8', 'not JSON'],
    ['missing-openid', 'no usable openid'],
    ['empty-openid', 'no usable openid'],
    ['wrong-types', 'no usable openid'],
    ['missing-session-key', 'no usable session_key'],
  ])('[M-15] the fault %s becomes 503 after one request', async (fault, reason) => {
    const code = wechat.issueCode();
    wechat.fail(fault);
    const [answer, requests] = await asked(() => login(code));
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ errorCode: 'WX_UPSTREAM_UNAVAILABLE', action: 'retry' });
    expect(answer.headers['retry-after']).toBe('1');
    // A redirect is not followed: that would send the AppSecret to another server.
    expect(requests).toBe(1);
    expect(logger.text).toMatch(
      new RegExp(`^warn WX_UPSTREAM_UNAVAILABLE: /sns/jscode2session: .*${reason}`, 'm'),
    );
    expect((await login(code)).body).toMatchObject({ errorCode: 'WX_CODE_USED' });
  });

  it('a slow response within the deadline is accepted', async () => {
    wechat.fail('slow');
    expect((await login()).status).toBe(200);
  });

  it('errcode -1 is retried at most twice', async () => {
    wechat.fail(-1, 2);
    const [answer, requests] = await asked(login);
    expect(answer.status).toBe(200);
    expect(requests).toBe(3);
  });

  it('concurrent logins with one code send one request to WeChat, and all succeed', async () => {
    wechat.fail('slow');
    const code = wechat.issueCode();
    const [answers, requests] = await asked(() =>
      Promise.all(Array.from({ length: 20 }, () => login(code))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(answers[0]?.body).toMatchObject({ isNewUser: true });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(requests).toBe(1);
    expect((await login(code)).body).toMatchObject({ errorCode: 'WX_CODE_USED' });
  });

  it('a code is sent to WeChat again after a failure', async () => {
    const code = wechat.issueCode();
    wechat.fail(45011);
    expect((await login(code)).status).toBe(429);
    expect((await login(code)).status).toBe(200);
  });

  it('[M-14] Code2SessionService.exchange returns an object that does not print its session_key', async () => {
    const code2Session = await server.app
      .get(Code2SessionService)
      .exchange(wechat.issueCode({ openid: 'o-1', unionid: 'u-1' }));
    expect(code2Session).toMatchObject({ openid: 'o-1', unionid: 'u-1' });
    expect(Buffer.from(code2Session.sessionKey, 'base64')).toHaveLength(16);
    for (const print of [
      inspect(code2Session),
      JSON.stringify({ code2Session }),
      inspect([code2Session], { depth: null }),
    ]) {
      expect(print).not.toContain(code2Session.sessionKey);
    }
  });
});

describe('connections to WeChat', () => {
  const servers = useTestServers();
  let database: TestDatabase;
  const open: { close(): unknown }[] = [];

  beforeAll(async () => {
    database = await servers.database();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  const appFor = async (wechatUrl: string, timeout = 1000): Promise<string> => {
    const { app, url } = await startApp({
      databaseUrl: database.url,
      wechatUrl,
      options: { wechat: { baseUrl: wechatUrl, timeout } },
    });
    open.unshift(app);
    return url;
  };
  const login = (url: string, code: string): Promise<Answer> =>
    call('POST', `${url}/wechat/login`, { body: { code } });

  it('a refused connection is retried, as nothing was sent', async () => {
    const port = await freePort();
    const url = await appFor(`http://127.0.0.1:${String(port)}`, 5000);
    const answer = login(url, 'code');
    // The last try is at least 300 ms after the first.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const wechat = await WechatSandbox.start({ port });
    open.push(wechat);
    expect((await answer).body).toMatchObject({ errorCode: 'WX_CODE_INVALID' });
    expect(wechat.requests).toHaveLength(1);
  });

  it('a connection that stays refused, or a name that does not resolve, becomes 503', async () => {
    const port = await freePort();
    for (const base of [`http://127.0.0.1:${String(port)}`, 'https://wechat.invalid']) {
      const answer = await login(await appFor(base), 'code');
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ errorCode: 'WX_UPSTREAM_UNAVAILABLE' });
    }
  });

  it('one deadline covers all tries', async () => {
    const server = await listen((_, response) => {
      setTimeout(() => response.end('{"errcode":-1,"errmsg":"system error"}'), 150);
    });
    const started = Date.now();
    const answer = await login(await appFor(server, 400), 'code');
    expect(answer.status).toBe(503);
    expect(Date.now() - started).toBeLessThan(1000);
  });

  it('[M-15] requests share one keep-alive connection and ignore a proxy from the environment', async () => {
    const wechat = await WechatSandbox.start();
    open.push(wechat);
    process.env.HTTP_PROXY = 'http://127.0.0.1:1';
    open.push({ close: () => delete process.env.HTTP_PROXY });
    let connections = 0;
    const server = await listen(
      (request, response) => {
        void call('GET', wechat.url + (request.url ?? '')).then(({ text }) => response.end(text));
      },
      () => connections++,
    );
    const url = await appFor(server);
    for (let i = 0; i < 5; i++) expect((await login(url, wechat.issueCode())).status).toBe(200);
    expect(connections).toBe(1);
  });

  it('the content type of a response is ignored', async () => {
    for (const type of ['text/plain', 'text/html', 'application/json', 'image/png']) {
      const server = await listen((_, response) => {
        response.setHeader('content-type', type);
        response.end('{"errcode":40029,"errmsg":"invalid code"}');
      });
      expect((await login(await appFor(server), 'code')).body).toMatchObject({
        errorCode: 'WX_CODE_INVALID',
      });
    }
  });

  async function listen(
    handler: Parameters<typeof createServer>[1],
    onConnection: () => void = () => undefined,
  ): Promise<string> {
    const server: Server = createServer(handler as never);
    server.on('connection', onConnection);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => (server.closeAllConnections(), server.close()) });
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }
});
