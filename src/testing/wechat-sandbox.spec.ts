import { createDecipheriv } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { call } from '../../test/support/http.js';
import { WechatSandbox, type SandboxFault, type WechatSandboxOptions } from './index.js';

const apps = [
  { appid: 'wx1', secret: 'secret-1' },
  { appid: 'wx2', secret: 'secret-2' },
];

const open: WechatSandbox[] = [];

afterEach(async () => {
  jest.useRealTimers();
  for (const sandbox of open.splice(0)) await sandbox.close();
});

async function start(options?: WechatSandboxOptions): Promise<WechatSandbox> {
  const sandbox = await WechatSandbox.start(options);
  open.push(sandbox);
  return sandbox;
}

type Json = Record<string, unknown>;

async function ask(
  sandbox: WechatSandbox,
  query: Record<string, string> | string,
  path = '/sns/jscode2session',
): Promise<Json> {
  const parameters = typeof query === 'string' ? query : new URLSearchParams(query).toString();
  const response = await fetch(`${sandbox.url}${path}?${parameters}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch('text/plain');
  return (await response.json()) as Json;
}

const login = (js_code: string, more: Record<string, string> = {}): Record<string, string> => ({
  appid: 'wx1',
  secret: 'secret-1',
  js_code,
  grant_type: 'authorization_code',
  ...more,
});

const post = (sandbox: WechatSandbox, path: string, body: unknown, init = {}): Promise<Response> =>
  fetch(sandbox.url + path, { method: 'POST', body: JSON.stringify(body), ...init });

describe('jscode2session', () => {
  it('answers a code with its user', async () => {
    const sandbox = await start({ apps });
    const code = sandbox.issueCode({ openid: 'o-1', unionid: 'u-1' });
    expect(await ask(sandbox, login(code))).toEqual({
      openid: 'o-1',
      unionid: 'u-1',
      session_key: expect.stringMatching(/^[\w+/]{22}==$/),
    });
  });

  it('invents users that look like those of WeChat, without a unionid', async () => {
    const sandbox = await start();
    const [first, second] = [
      await ask(sandbox, login(sandbox.issueCode())),
      await ask(sandbox, login(sandbox.issueCode())),
    ];
    expect(first).toEqual({
      openid: expect.stringMatching(/^o[\w-]{27}$/),
      session_key: expect.any(String),
    });
    expect(second.openid).not.toBe(first.openid);
  });

  it('makes a new session_key with each login', async () => {
    const sandbox = await start();
    const keys = new Set<unknown>();
    for (let i = 0; i < 3; i++) {
      keys.add((await ask(sandbox, login(sandbox.issueCode({ openid: 'o' })))).session_key);
    }
    expect(keys.size).toBe(3);
  });

  it('accepts a code once, also with concurrent requests', async () => {
    const sandbox = await start();
    const code = sandbox.issueCode();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(sandbox, login(code))));
    expect(answers.filter(({ openid }) => openid !== undefined)).toHaveLength(1);
    expect(answers.filter(({ errcode }) => errcode === 40163)).toHaveLength(9);
  });

  it('accepts a code for five minutes', async () => {
    jest.useFakeTimers({
      now: 0,
      doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'],
    });
    const sandbox = await start();
    const [inTime, late] = [sandbox.issueCode(), sandbox.issueCode()];
    jest.setSystemTime(299_999);
    expect(await ask(sandbox, login(inTime))).toHaveProperty('openid');
    jest.setSystemTime(300_000);
    expect(await ask(sandbox, login(late))).toMatchObject({ errcode: 40029 });
  });

  it('accepts a code only for its own app', async () => {
    const sandbox = await start({ apps });
    const second = { appid: 'wx2', secret: 'secret-2' };
    const code = sandbox.issueCode({ appid: 'wx2' });
    expect(await ask(sandbox, login(code))).toMatchObject({ errcode: 40029 });
    expect(await ask(sandbox, login(code, second))).toHaveProperty('openid');
    // A code without an appid is for the first app.
    const unnamed = sandbox.issueCode();
    expect(await ask(sandbox, login(unnamed, second))).toMatchObject({ errcode: 40029 });
    expect(await ask(sandbox, login(unnamed))).toHaveProperty('openid');
    expect(() => sandbox.issueCode({ appid: 'wx3' })).toThrow(RangeError);
  });

  it('without apps, accepts any appid, and a code is for the given one', async () => {
    const sandbox = await start();
    const code = sandbox.issueCode({ appid: 'wx-any' });
    expect(await ask(sandbox, login(code))).toMatchObject({ errcode: 40029 });
    expect(await ask(sandbox, login(code, { appid: 'wx-any' }))).toHaveProperty('openid');
  });

  it.each([
    ['no appid', 'secret=secret-1&js_code=x&grant_type=authorization_code', 41002],
    ['two appids', 'appid=wx1&appid=wx1&secret=s&js_code=x&grant_type=authorization_code', 41002],
    ['no secret', 'appid=wx1&js_code=x&grant_type=authorization_code', 41004],
    ['no code', 'appid=wx1&secret=secret-1&grant_type=authorization_code', 41008],
    ['another grant', 'appid=wx1&secret=secret-1&js_code=x&grant_type=password', 40002],
    ['an unknown appid', 'appid=wx3&secret=s&js_code=x&grant_type=authorization_code', 40013],
    ['a wrong secret', 'appid=wx1&secret=s&js_code=x&grant_type=authorization_code', 40125],
    ['an unknown appid and another grant', 'appid=wx3&secret=s&js_code=x&grant_type=x', 40013],
    ['an unknown code', 'appid=wx1&secret=secret-1&js_code=x&grant_type=authorization_code', 40029],
  ])('answers %s with an errcode and a rid', async (_, query, errcode) => {
    expect(await ask(await start({ apps }), query)).toEqual({
      errcode,
      errmsg: expect.stringMatching(/^[a-z_ ]+, rid: [\da-f]{8}-[\da-f]{8}-[\da-f]{8}$/),
    });
  });

  it('records its requests, without the secret', async () => {
    const sandbox = await start();
    await ask(sandbox, login('a-code'));
    await fetch(`${sandbox.url}/elsewhere`, { method: 'POST' });
    expect(sandbox.requests).toEqual([
      {
        method: 'GET',
        path: '/sns/jscode2session',
        query: { ...login('a-code'), secret: '***' },
        at: expect.any(Date),
      },
      { method: 'POST', path: '/elsewhere', query: {}, at: expect.any(Date) },
    ]);
  });

  it('accepts no other path and no other method', async () => {
    const sandbox = await start();
    expect((await fetch(`${sandbox.url}/sns/other`)).status).toBe(404);
    expect((await post(sandbox, '/sns/jscode2session', {})).status).toBe(404);
  });
});

describe('component/jscode2session', () => {
  const component = { appid: 'wx-platform', accessToken: 'token-1' };
  const askAs = (
    sandbox: WechatSandbox,
    js_code: string,
    more: Record<string, string> = {},
  ): Promise<Json> =>
    ask(
      sandbox,
      {
        appid: 'wx1',
        js_code,
        grant_type: 'authorization_code',
        component_appid: 'wx-platform',
        component_access_token: 'token-1',
        ...more,
      },
      '/sns/component/jscode2session',
    );

  it('answers a code with its user, and needs no secret', async () => {
    const sandbox = await start({ apps: [{ appid: 'wx1', component }] });
    const code = sandbox.issueCode({ openid: 'o-1', unionid: 'u-1' });
    const answer = { openid: 'o-1', unionid: 'u-1', session_key: expect.any(String) };
    expect(await askAs(sandbox, code)).toEqual(answer);
    expect(await askAs(sandbox, code)).toMatchObject({ errcode: 40163 });
    expect(sandbox.requests[0]?.query).toMatchObject({
      component_appid: 'wx-platform',
      component_access_token: '***',
    });
  });

  it('without apps, accepts any platform and token', async () => {
    const sandbox = await start();
    expect(await askAs(sandbox, sandbox.issueCode())).toHaveProperty('openid');
  });

  it.each([
    ['no appid', { appid: '' }, 41002],
    ['no component_appid', { component_appid: '' }, 40013],
    ['no component_access_token', { component_access_token: '' }, 41021],
    ['no code', { js_code: '' }, 41008],
    ['another grant_type', { grant_type: 'client_credential' }, 40002],
    ['an app that is not there', { appid: 'wx3' }, 40013],
    ['an app that has authorised no platform', { appid: 'wx2' }, 61003],
    ['a platform that is not authorised', { component_appid: 'wx-other' }, 61003],
    ['another token', { component_access_token: 'token-2' }, 40001],
  ])('answers %s with the errcode of WeChat', async (_, more, errcode) => {
    const sandbox = await start({ apps: [{ appid: 'wx1', component }, ...apps.slice(1)] });
    expect(await askAs(sandbox, sandbox.issueCode(), more)).toMatchObject({ errcode });
  });

  it('accepts no AppSecret of a platform, and no old secret of an app', async () => {
    const app = { appid: 'wx1', secret: 'secret-1', component: { ...component } };
    const sandbox = await start({ apps: [app, { appid: 'wx2', component }] });
    const code = sandbox.issueCode({ appid: 'wx2' });
    const withSecret = login(code, { appid: 'wx2' });
    expect(await ask(sandbox, withSecret)).toMatchObject({ errcode: 40125 });
    app.secret = 'secret-2';
    app.component.accessToken = 'token-2';
    expect(await ask(sandbox, login(sandbox.issueCode()))).toMatchObject({ errcode: 40125 });
    expect(await askAs(sandbox, sandbox.issueCode())).toMatchObject({ errcode: 40001 });
  });

  it('has the faults of every other request', async () => {
    const sandbox = await start();
    const code = sandbox.issueCode();
    sandbox.fail(42001);
    expect(await askAs(sandbox, code)).toMatchObject({ errcode: 42001 });
    sandbox.fail('missing-openid');
    expect(await askAs(sandbox, code)).toEqual({ session_key: expect.any(String) });
  });
});

describe('fail', () => {
  const outcome = async (sandbox: WechatSandbox, code: string): Promise<unknown> => {
    try {
      const response = await fetch(
        `${sandbox.url}/sns/jscode2session?${new URLSearchParams(login(code)).toString()}`,
        { redirect: 'manual', signal: AbortSignal.timeout(500) },
      );
      return [response.status, await response.text()];
    } catch (error) {
      return (error as Error).name;
    }
  };

  it.each<[SandboxFault, unknown]>([
    ['timeout', 'TimeoutError'],
    ['reset', 'TypeError'],
    ['truncated', 'TypeError'],
    ['http-404', [404, expect.stringContaining('<html>')]],
    ['http-500', [500, expect.stringContaining('<html>')]],
    ['http-502', [502, expect.stringContaining('<html>')]],
    ['redirect', [302, '']],
    ['garbage', [200, expect.stringContaining('<html>')]],
    ['empty', [200, '']],
    ['null', [200, 'null']],
    ['array', [200, expect.stringMatching(/^\[\{/)]],
    ['too-large', [200, expect.stringMatching(/ {1000000}/)]],
    ['bad-utf8', [200, expect.stringContaining('\ufffd')]],
    ['missing-openid', [200, expect.not.stringContaining('openid')]],
    ['missing-session-key', [200, expect.not.stringContaining('session_key')]],
    ['empty-openid', [200, expect.stringContaining('"openid":""')]],
    ['wrong-types', [200, expect.stringContaining('"openid":42')]],
    ['slow', [200, expect.stringContaining('"openid":"o-1"')]],
  ])('%s affects the response, when the code is used', async (fault, expected) => {
    const sandbox = await start();
    const code = sandbox.issueCode({ openid: 'o-1' });
    sandbox.fail(fault);
    expect(await outcome(sandbox, code)).toEqual(expected);
    expect(await ask(sandbox, login(code))).toMatchObject({ errcode: 40163 });
  });

  it('shows whether a client follows a redirect', async () => {
    const sandbox = await start();
    const code = sandbox.issueCode();
    sandbox.fail('redirect');
    expect(await ask(sandbox, login(code))).toMatchObject({ errcode: 40163 });
    expect(sandbox.requests.map(({ path, query }) => [path, query.js_code, query.secret])).toEqual([
      ['/sns/jscode2session', code, '***'],
      ['/redirected', code, '***'],
    ]);
  });

  it('an errcode does not use the code', async () => {
    const sandbox = await start();
    const code = sandbox.issueCode();
    sandbox.fail(-1);
    sandbox.fail(12345);
    expect(await ask(sandbox, login(code))).toMatchObject({
      errcode: -1,
      errmsg: expect.stringContaining('system error'),
    });
    expect(await ask(sandbox, login(code))).toMatchObject({ errcode: 12345 });
    expect(await ask(sandbox, login(code))).toHaveProperty('openid');
  });

  it('happens the given number of times, or until recover', async () => {
    const sandbox = await start();
    sandbox.fail(45011, 2);
    sandbox.fail('empty', Infinity);
    const code = sandbox.issueCode();
    for (let i = 0; i < 2; i++) {
      expect(await ask(sandbox, login(code))).toMatchObject({ errcode: 45011 });
    }
    for (let i = 0; i < 3; i++) expect(await outcome(sandbox, code)).toEqual([200, '']);
    sandbox.recover();
    expect(await ask(sandbox, login(sandbox.issueCode()))).toHaveProperty('openid');
  });

  it.each(['sunspots', '', 0, 1.5, NaN, null, {}, 'constructor', '__proto__'])(
    'refuses the fault %j, and lists the known faults',
    async (fault) => {
      const sandbox = await start();
      expect(() => {
        sandbox.fail(fault as SandboxFault);
      }).toThrow(/errcode .* timeout, reset, truncated/);
    },
  );

  it.each([0, -1, 1.5, NaN, '2', null])('does not happen %j times', async (times) => {
    const sandbox = await start();
    expect(() => {
      sandbox.fail(-1, times as number);
    }).toThrow(RangeError);
  });
});

describe('the sandbox over HTTP', () => {
  it('issues codes', async () => {
    const sandbox = await start({ apps });
    const user = { openid: 'o-1', unionid: 'u-1', appid: 'wx1' };
    const response = await post(sandbox, '/sandbox/codes', user);
    expect(response.status).toBe(200);
    const { code } = (await response.json()) as { code: string };
    expect(await ask(sandbox, login(code))).toMatchObject({ openid: 'o-1', unionid: 'u-1' });
    expect(sandbox.requests).toHaveLength(1);
  });

  it('issues a code for a new user without a body', async () => {
    const sandbox = await start();
    const response = await fetch(`${sandbox.url}/sandbox/codes`, { method: 'POST' });
    expect(await response.json()).toEqual({ code: expect.any(String) });
  });

  it('does everything that a mini program and the console can do', async () => {
    const sandbox = await start({ apps });
    const answerTo = async (path: string, body: object): Promise<Json> =>
      (await (await post(sandbox, path, body)).json()) as Json;
    await answerTo('/sandbox/codes', { openid: 'o-1' });
    const phone = { openid: 'o-1', phoneNumber: '13900139000', countryCode: '86' };
    const { code } = await answerTo('/sandbox/phone-codes', phone);
    const credentials = { grant_type: 'client_credential', appid: 'wx1', secret: 'secret-1' };
    const token = await answerTo('/cgi-bin/stable_token', credentials);
    expect(token).toEqual({ access_token: expect.any(String), expires_in: 7200 });
    expect(await answerTo('/cgi-bin/stable_token', credentials)).toEqual(token);
    const query = `access_token=${String(token.access_token)}`;
    const path = `/wxa/business/getuserphonenumber?${query}`;
    expect(await answerTo(path, { code, openid: 'o-1' })).toMatchObject({
      phone_info: { purePhoneNumber: '13900139000', countryCode: '86' },
    });
    expect(await answerTo('/sandbox/user-data', { openid: 'o-1', data: { a: 1 } })).toEqual({
      rawData: '{"a":1}',
      signature: expect.stringMatching(/^[\da-f]{40}$/),
      encryptedData: expect.any(String),
      iv: expect.stringMatching(/^[\w+/]{22}==$/),
    });
    expect((await post(sandbox, '/sandbox/expired-access-tokens', {})).status).toBe(204);
    expect(await answerTo(path, { code, openid: 'o-1' })).toMatchObject({ errcode: 42001 });
    const forced = { ...credentials, force_refresh: true };
    const fresh = await answerTo('/cgi-bin/stable_token', forced);
    expect(await answerTo('/cgi-bin/stable_token', forced)).not.toEqual(fresh);
  });

  it.each([
    [{ grant_type: 'password' }, 40002],
    [{ appid: '' }, 41002],
    [{ secret: 42 }, 41004],
    [{ appid: 'wx3' }, 40013],
    [{ secret: 'wrong' }, 40125],
  ])('refuses an access token for %j', async (more, errcode) => {
    const sandbox = await start({ apps });
    const body = { grant_type: 'client_credential', appid: 'wx1', secret: 'secret-1', ...more };
    const response = await post(sandbox, '/cgi-bin/stable_token', body);
    expect(await response.json()).toMatchObject({ errcode });
  });

  it('refuses calls with an invalid token, or a signature by another key', async () => {
    const sandbox = await start();
    const ask401 = (path: string): Promise<unknown> =>
      fetch(sandbox.url + path).then((response) => response.json());
    expect(await ask401('/wxa/checksession?access_token=x')).toMatchObject({ errcode: 40001 });
    expect(await ask401('/wxa/resetusersessionkey')).toMatchObject({ errcode: 40001 });
    const body = { grant_type: 'client_credential', appid: 'wx1', secret: 's' };
    const response = await post(sandbox, '/cgi-bin/stable_token', body);
    const { access_token: token } = (await response.json()) as { access_token: string };
    const path = `/wxa/checksession?access_token=${token}&sig_method=hmac_sha256`;
    expect(await ask401(`${path}&openid=nobody`)).toMatchObject({ errcode: 40003 });
    sandbox.issueCode({ openid: 'o-1' });
    expect(await ask401(`${path}&openid=o-1&signature=00`)).toMatchObject({ errcode: 87009 });
    expect(() => sandbox.encryptUserData('nobody', {}, 'wx1')).toThrow('issue a code first');
    expect(() => sandbox.encryptUserData('o-1', {})).toThrow('name the appid');
  });

  it.each([
    ['the only app', [apps[0]!], undefined, 'wx1'],
    ['the app of the code', apps, 'wx2', 'wx2'],
    ['the app that logged in with the code', undefined, undefined, 'wx3'],
  ])('encrypts user data for %s if no appid is given', async (_, known, appid, owner) => {
    const sandbox = await start({ apps: known });
    const code = sandbox.issueCode({ openid: 'o-1', appid });
    const credentials = { appid: owner, secret: owner.replace('wx', 'secret-') };
    const { session_key: key } = await ask(sandbox, login(code, credentials));
    const { encryptedData, iv } = sandbox.encryptUserData('o-1', {});
    const [data, keyBytes, ivBytes] = [encryptedData, String(key), iv].map((text) =>
      Buffer.from(text, 'base64'),
    );
    const decipher = createDecipheriv('aes-128-cbc', keyBytes!, ivBytes!);
    const plaintext = Buffer.concat([decipher.update(data!), decipher.final()]).toString();
    expect(JSON.parse(plaintext)).toMatchObject({ watermark: { appid: owner } });
  });

  it('makes requests fail', async () => {
    const sandbox = await start();
    const response = await post(sandbox, '/sandbox/faults', { fault: 40226, times: 2 });
    expect(response.status).toBe(204);
    for (let i = 0; i < 2; i++) {
      expect(await ask(sandbox, login('code'))).toMatchObject({ errcode: 40226 });
    }
    expect(await ask(sandbox, login('code'))).toMatchObject({ errcode: 40029 });
  });

  it.each([
    ['/sandbox/codes', { openid: 42 }, 400],
    ['/sandbox/codes', { openid: '' }, 400],
    ['/sandbox/codes', { openid: 'x'.repeat(129) }, 400],
    ['/sandbox/codes', { unionid: null }, 400],
    ['/sandbox/codes', { appid: 'wx3' }, 400],
    ['/sandbox/codes', [], 400],
    ['/sandbox/codes', 'text', 400],
    ['/sandbox/codes', { openid: 'x'.repeat(20_000) }, 413],
    ['/sandbox/phone-codes', {}, 400],
    ['/sandbox/user-data', { openid: 'o-nobody', data: {} }, 400],
    ['/sandbox/user-data', { openid: 'o-1', data: 'text' }, 400],
    ['/sandbox/faults', {}, 400],
    ['/sandbox/faults', { fault: 'sunspots' }, 400],
    ['/sandbox/faults', { fault: -1, times: 0 }, 400],
    ['/sandbox/other', {}, 404],
    ['/sandbox/constructor', {}, 404],
  ])('answers POST %s %j with %i', async (path, body, status) => {
    const response = await post(await start({ apps }), path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ message: expect.any(String) });
  });

  it('answers a body that is not JSON with 400, and another method with 405', async () => {
    const sandbox = await start();
    const init = { method: 'POST', body: '{' };
    expect((await fetch(`${sandbox.url}/sandbox/codes`, init)).status).toBe(400);
    expect((await fetch(`${sandbox.url}/sandbox/codes`)).status).toBe(405);
  });

  it('answers any JSON with 2xx or 4xx', async () => {
    const sandbox = await start();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/sandbox/codes', '/sandbox/faults'),
        fc.jsonValue(),
        async (path, body) => {
          const { status } = await post(sandbox, path, body);
          expect([200, 204, 400]).toContain(status);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    ['http://localhost:3000', true],
    ['http://127.0.0.1', true],
    ['http://[::1]:3000', true],
    ['https://shop.example', false],
    ['http://localhost.example', false],
    ['http://localhost:3000.example', false],
    ['null', false],
  ])('a page from %s is allowed: %j', async (origin, allowed) => {
    const sandbox = await start();
    const headers = { origin };
    const asking = await fetch(`${sandbox.url}/sandbox/codes`, { method: 'OPTIONS', headers });
    expect(asking.headers.get('access-control-allow-origin')).toBe(allowed ? origin : null);
    // A page may send a POST of plain text without a preflight request.
    const sent = await post(sandbox, '/sandbox/faults', { fault: 40226 }, { headers });
    expect(sent.status).toBe(allowed ? 204 : 403);
    const query = new URLSearchParams(login('code')).toString();
    const asked = await fetch(`${sandbox.url}/sns/jscode2session?${query}`, { headers });
    expect(asked.status).toBe(allowed ? 200 : 403);
    expect(sandbox.requests).toHaveLength(allowed ? 1 : 0);
    expect(await ask(sandbox, login('code'))).toMatchObject({ errcode: 40029 });
  });

  it.each([
    ['localhost', true],
    ['LOCALHOST:1', true],
    ['127.0.0.1:65535', true],
    ['[::1]', true],
    ['shop.example', false],
    ['127.0.0.1.shop.example', false],
    ['localhost.', false],
  ])('a request for the host %j is answered: %j', async (host, allowed) => {
    const sandbox = await start();
    const codes = `${sandbox.url}/sandbox/codes`;
    const answer = await call('POST', codes, { headers: { host }, body: {} });
    expect(answer.status).toBe(allowed ? 200 : 403);
  });
});

describe('starting and closing', () => {
  it('listens on the given port, and returns its URL', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await first.close();
    expect((await start({ port })).url).toBe(`http://127.0.0.1:${String(port)}`);
  });

  it('fails with the error of Node if the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(WechatSandbox.start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    server.close();
  });

  it('closes at once, also with a request that is never answered, and twice', async () => {
    const sandbox = await start();
    sandbox.fail('timeout');
    const pending = ask(sandbox, login('code'));
    const failed = expect(pending).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([sandbox.close(), sandbox.close()]);
    await failed;
  });
});
