import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { transformSync } from 'esbuild';
import { Linter } from 'eslint';
import type * as Client from '../packages/miniprogram/src/index.js';
import type {
  WxAnswer,
  WxCallbacks,
  WxLike,
  WxRequest,
} from '../packages/miniprogram/src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, SECRET } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

const require = createRequire(import.meta.url);
const HOUR = 3_600_000;
const built = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-miniprogram-'));

beforeAll(() => {
  execFileSync(process.execPath, ['packages/miniprogram/build.js', built], { stdio: 'pipe' });
});

afterAll(async () => {
  await rm(built, { recursive: true });
});

/** A mini program on a phone: the built client in a context with `wx` and without Node's globals. */
class Phone implements WxLike {
  logins = 0;
  readonly sent: WxRequest[] = [];
  /** How many milliseconds its clock is ahead. */
  skew = 0;
  readonly session: Client.WxSessionClient;
  private readonly storage = new Map<string, string>();

  constructor(
    private readonly wechat: WechatSandbox,
    baseUrl: string,
    private readonly openid = 'o-phone',
  ) {
    const module = { exports: {} as typeof Client };
    const clock = (): number => Date.now() + this.skew;
    const globals = { wx: this, module, exports: module.exports, setTimeout, clearTimeout, clock };
    const context = createContext(globals);
    runInContext('Date.now = clock', context);
    runInContext(readFileSync(join(built, 'miniprogram_dist/index.js'), 'utf8'), context);
    this.session = module.exports.createWxSession({ baseUrl });
  }

  login({ success }: WxCallbacks<{ code: string }>): void {
    this.logins++;
    success({ code: this.wechat.issueCode({ openid: this.openid }) });
  }

  /** As WeChat documents it: JSON by default, and `success` for every status. */
  request({ success, fail, ...request }: WxRequest & WxCallbacks<WxAnswer>): void {
    this.sent.push(request);
    const { url, method = 'GET', data } = request;
    const headers = { 'content-type': 'application/json', ...request.header };
    call(method, url, { headers, body: data }).then(
      ({ status, headers: header, text, body }) => {
        success({ statusCode: status, header, data: body ?? text });
      },
      () => {
        fail({ errMsg: 'request:fail' });
      },
    );
  }

  checkSession({ fail }: WxCallbacks<unknown>): void {
    fail({ errMsg: 'checkSession:fail' });
  }

  getStorageSync = (key: string): string => this.storage.get(key) ?? '';
  setStorageSync = (key: string, data: string): unknown => this.storage.set(key, data);
  removeStorageSync = (key: string): unknown => this.storage.delete(key);

  get token(): string {
    return this.sent.at(-1)?.header?.authorization?.slice('Bearer '.length) ?? '';
  }

  /** Fifty requests at once. */
  burst(): Promise<WxAnswer<{ openid: string }>[]> {
    this.logins = 0;
    return Promise.all(
      Array.from({ length: 50 }, () => this.session.request<{ openid: string }>({ url: '/me' })),
    );
  }
}

describe.each(platforms)('the mini program client against $name', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let phone: Phone;

  beforeAll(async () => {
    const apps = [{ appid: APPID, secret: SECRET }];
    ({ database, wechat, server } = await servers.all({ platform }, { apps }));
    phone = new Phone(wechat, server.url);
  });

  afterEach(() => {
    wechat.recover();
  });

  it('logs in, calls a guarded route and logs out', async () => {
    const { session } = phone;
    const login = await session.login();
    expect(login).toMatchObject({ userId: expect.any(String), isNewUser: true });
    expect(session.session).toEqual({ userId: login.userId, expiresAt: login.expiresAt });

    const answer = await session.request({ url: '/me' });
    expect(answer).toMatchObject({ statusCode: 200, data: { userId: login.userId } });
    const { token } = phone;
    await session.logout();
    expect(session.session).toBeUndefined();
    const me = await call('GET', `${server.url}/me`, { token });
    expect([me.status, me.body?.errorCode]).toEqual([401, 'WX_SESSION_REVOKED']);
    expect(phone.logins).toBe(1);
  });

  it('ends the previous session with the next login', async () => {
    await phone.session.request({ url: '/me' });
    const { token } = phone;
    await phone.session.login();
    expect((await call('GET', `${server.url}/me`, { token })).status).toBe(401);
    expect((await phone.session.request({ url: '/me' })).statusCode).toBe(200);
  });

  it('ensureSessionKey logs in if wx.checkSession fails', async () => {
    phone.logins = 0;
    await phone.session.ensureSessionKey();
    expect(phone.logins).toBe(1);
  });

  it('logs in once for fifty concurrent requests after all sessions of the user have ended', async () => {
    const url = '/wechat/sessions';
    expect((await phone.session.request({ url, method: 'DELETE' })).statusCode).toBe(204);
    const answers = await phone.burst();
    expect(answers.filter(({ data }) => data.openid === 'o-phone')).toHaveLength(50);
    expect(phone.logins).toBe(1);
  });

  it('returns responses of other routes unchanged, and calls no other origin', async () => {
    const { session } = phone;
    expect((await session.request({ url: '/nowhere' })).statusCode).toBe(404);
    expect((await session.request({ url: `${server.url}/wechat/session` })).data).toMatchObject({
      appid: APPID,
    });
    const elsewhere = session.request({ url: `${wechat.url}/sandbox/codes` });
    await expect(elsewhere).rejects.toMatchObject({ errorCode: 'WX_OTHER_ORIGIN' });
  });

  it('retries a login after Retry-After if WeChat is busy', async () => {
    // The server tries three times before it returns WX_UPSTREAM_BUSY.
    wechat.fail(-1, 3);
    phone.logins = 0;
    const start = Date.now();
    await phone.session.login();
    expect(Date.now() - start).toBeGreaterThan(900);
    expect(phone.logins).toBe(2);
  });

  it.each([
    [40226, { errorCode: 'WX_USER_BLOCKED', action: 'blocked', statusCode: 403 }],
    [45009, { errorCode: 'WX_QUOTA_EXCEEDED', action: 'config', retryAfter: 3600 }],
  ] as const)('rejects without a retry if WeChat returns %i', async (fault, error) => {
    wechat.fail(fault);
    phone.logins = 0;
    await expect(phone.session.login()).rejects.toMatchObject(error);
    expect(phone.logins).toBe(1);
  });

  it('rejects as WX_REQUEST_FAILED if the server cannot be reached', async () => {
    const offline = new Phone(wechat, 'http://127.0.0.1:1');
    await expect(offline.session.login()).rejects.toMatchObject({
      errorCode: 'WX_REQUEST_FAILED',
      message: 'wx.request failed: request:fail',
    });
  });

  describe('with sessions of two seconds', () => {
    let brief: ListeningApp;

    beforeAll(async () => {
      const options = { session: { expiresIn: 2 } };
      const urls = { databaseUrl: database.url, wechatUrl: wechat.url };
      brief = await servers.app({ platform, ...urls, options });
    });

    it.each([0, 12, -12])(
      'sends fifty requests after one login, with a clock %i hours ahead',
      async (hours) => {
        const late = new Phone(wechat, brief.url, `o-late${hours}`);
        await late.session.login();
        late.skew = hours * HOUR;
        await new Promise((passed) => setTimeout(passed, 2100));
        // A clock that is behind does not notice the expiry: there the server refuses.
        expect(late.session.session === undefined).toBe(hours >= 0);
        const answers = await late.burst();
        expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(200));
        expect(late.logins).toBe(1);
      },
    );
  });
});

describe('the built mini program client', () => {
  const read = (file: string): string => readFileSync(join(built, file), 'utf8');

  it('is at most 3 KB, minified and gzipped', () => {
    const { code } = transformSync(read('dist/index.cjs'), {
      minify: true,
      target: 'es2017',
    });
    expect(gzipSync(code).length).toBeLessThanOrEqual(3 * 1024);
  });

  it.each([
    ['dist/index.js', 'module'],
    ['dist/index.cjs', 'script'],
    ['miniprogram_dist/index.js', 'script'],
  ] as const)('uses only ES2017 and the globals of a mini program: %s', (file, sourceType) => {
    const globals = Object.fromEntries(
      ['wx', 'setTimeout', 'clearTimeout', ...(sourceType === 'script' ? ['module'] : [])].map(
        (name) => [name, 'readonly'] as const,
      ),
    );
    const languageOptions = { ecmaVersion: 2017, sourceType, globals } as const;
    const messages = new Linter().verify(read(file), {
      languageOptions,
      rules: { 'no-undef': 'error' },
    });
    expect(messages).toEqual([]);
  });

  it('can be loaded by import and by require', async () => {
    const names = ['WxSessionError', 'createWxSession'];
    const esm = pathToFileURL(join(built, 'dist/index.js')).href;
    expect(Object.keys((await import(esm)) as object).sort()).toEqual(names);
    expect(Object.keys(require(join(built, 'dist/index.cjs')) as object)).toEqual(names);
  });

  it('is in the folder that WeChat DevTools read', () => {
    const manifest = require('../packages/miniprogram/package.json') as { miniprogram: string };
    expect(manifest.miniprogram).toBe('miniprogram_dist');
    expect(Object.keys(require(join(built, 'miniprogram_dist/index.js')) as object)).toEqual([
      'WxSessionError',
      'createWxSession',
    ]);
  });
});
