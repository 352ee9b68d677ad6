import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Writable, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LoggerModule, type Params } from 'nestjs-pino';
import type { Options } from 'pino-http';
import { DataSource } from 'typeorm';
import type { WechatLoginHook } from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, SECRET } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import {
  blocksOf,
  EXAMPLES,
  PAGES,
  withoutComments,
  writeExamples,
  type Example,
} from './support/docs-examples.js';
import { call, logIn, type Answer } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';
import { userInfo } from './support/user-info.js';

const examples = writeExamples();
const PROGRAM = ['--import', '@swc-node/register/esm-register', 'test/support/example-apps.ts'];

/** That examples read from the environment. */
const SECRETS = {
  OTHER_SECRET: SECRET,
  WECHAT_SESSION_SECRET: 'a-session-secret-of-32-characters',
  WECHAT_ENCRYPTION_SECRET: 'an-encryption-secret-of-32-chars!',
};

const servers = useTestServers();
let database: TestDatabase;
let wechat: WechatSandbox;

beforeAll(async () => {
  database = await servers.database();
  wechat = await servers.sandbox();
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    WECHAT_APPID: APPID,
    WECHAT_SECRET: SECRET,
    WECHAT_BASE_URL: wechat.url,
    ...SECRETS,
  });
});
afterAll(() => {
  const names = ['DATABASE_URL', 'WECHAT_APPID', 'WECHAT_SECRET', 'WECHAT_BASE_URL'];
  for (const name of [...names, ...Object.keys(SECRETS)]) Reflect.deleteProperty(process.env, name);
});

const examplesWith = (text: string): Example[] =>
  examples.filter(({ code }) => code.includes(text));

/** One row for each different example with this text; most are the same in both languages. */
const rowsWith = (text: string): { name: string; example: Example }[] =>
  examplesWith(text).map((example) => ({ name: example.places.join(' and '), example }));

type Classes = Record<string, Type>;

/** The name of the module in an example with a throttler. */
const throttled = ({ code }: Example): string => /class (\w+Module)/.exec(code)?.[1] ?? '';

/** The example that has this file name. */
function one(file: string): Example {
  const [example] = examplesWith(`// ${file}\n`);
  if (example === undefined) throw new Error(`No example is called ${file}.`);
  return example;
}

const load = async <T>({ path }: Example): Promise<T> => (await import(resolve(path))) as T;

/** The one export of an example that has this name. */
const loadExport = async <T>(example: Example, name: string): Promise<T> =>
  (await load<Record<string, T>>(example))[name] as T;

it('the TypeScript examples of all pages compile', async () => {
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      // Strict, but without the checks that most projects do not have.
      exactOptionalPropertyTypes: false,
      noUncheckedIndexedAccess: false,
      allowUnusedLabels: true,
    },
    include: ['**/*.ts'],
  };
  writeFileSync(join(EXAMPLES, 'tsconfig.json'), JSON.stringify(config));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const errors = await promisify(execFile)(process.execPath, [tsc, '-p', EXAMPLES]).catch(
    (error: unknown) => error,
  );
  expect(errors).toEqual({ stdout: '', stderr: '' });
}, 120_000);

const translated = PAGES.filter((page) => page.startsWith('docs/zh/')).map((page) => ({
  page,
  original: join('docs', basename(page)),
}));

it.each([...translated, { page: 'README.zh-CN.md', original: 'README.md' }])(
  'the examples of $page are those of $original, but for their comments and texts',
  ({ page, original }) => {
    const examplesOf = (file: string): string[] =>
      blocksOf(file).map(({ code }) => withoutComments(code).replace(/'[^']*'/g, "''"));
    expect(examplesOf(page)).toEqual(examplesOf(original));
  },
);

it('the examples can all be imported, except those that start something', async () => {
  const others = examples.filter(
    ({ code }) =>
      !/createWxSession|'.\/session'|WechatSandbox|createTestingModule|Sentry|throttler/.test(code),
  );
  expect(others.length).toBeGreaterThan(20);
  for (const example of others) await load(example);
});

describe.each(rowsWith('createTestingModule'))('the test that is shown at $name', ({ example }) => {
  it('runs', async () => {
    const results = ['token', 'anna', 'refused', 'orders', 'same', 'userId'].filter((name) =>
      new RegExp(`^const (\\{ )?${name}\\b`, 'm').test(example.code),
    );
    appendFileSync(example.path, `export { ${results.join()} };`);
    const shown = await load<{
      token?: string;
      anna?: Response;
      refused?: Response;
      orders?: unknown;
      same?: unknown;
      userId?: string;
    }>(example);
    if (shown.userId !== undefined) {
      const { userId } = shown;
      expect([shown.orders, shown.same]).toEqual([{ userId }, { userId }]);
      return;
    }
    if (shown.token === undefined) {
      const { anna, refused } = shown;
      expect(anna?.status).toBe(200);
      expect(await anna?.json()).toMatchObject({ tokenType: 'Bearer', isNewUser: true });
      expect([refused?.status, refused?.headers.get('wx-error')]).toEqual([401, 'WX_CODE_INVALID']);
    } else {
      expect(shown.token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    }
    const users = await database.query('DELETE FROM wechat_user RETURNING openid');
    expect(users.flat()).toContainEqual({ openid: 'o-anna' });
  });
});

describe.each(platforms)('on $name', (platform) => {
  /** In a process of its own: Jest on Node 20 cannot load @nestjs/throttler, and beside a sandbox no
   * app starts that would call WeChat itself. */
  let apps: ChildProcessByStdio<Writable, Readable, null>;
  let urls: Record<string, string>;

  beforeAll(async () => {
    const modules = [
      ...examplesWith('export class AppModule {}').map(({ path }) => `${path}#AppModule`),
      ...examplesWith('ThrottlerModule').map((example) => `${example.path}#${throttled(example)}`),
    ];
    apps = spawn(process.execPath, [...PROGRAM, platform.name, ...modules], {
      // Jest has a process.env of its own.
      env: { ...process.env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await Promise.race([once(apps.stdout, 'data'), once(apps, 'exit')])) as [
      Buffer,
    ];
    urls = JSON.parse(line.toString()) as Record<string, string>;
  }, 60_000);
  afterAll(async () => {
    apps.stdin.end();
    if (apps.exitCode === null) await once(apps, 'exit');
  });

  const startHost = (
    metadata: Parameters<typeof servers.app>[0]['metadata'],
    extras: Parameters<typeof servers.app>[0]['extras'] = {},
  ): Promise<ListeningApp> =>
    servers.app({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      extras,
      ...(metadata && { metadata }),
    });

  it.each(rowsWith('export class AppModule {}'))('the app at $name starts', async ({ example }) => {
    const url = String(urls[`${example.path}#AppModule`]);
    const [, path = 'wechat'] = /routes: \{ path: '([^']+)' \}/.exec(example.code) ?? [];
    const { status, body } = await call('GET', `${url}/${path}/session`);
    expect([status, body?.errorCode]).toEqual([401, 'WX_SESSION_MISSING']);
    if (example.code.includes('wechatAuthConfig')) {
      expect(await logIn(url, wechat.issueCode())).toMatch(/^ey/);
    }
  });

  it.each(rowsWith('class ThrottledModule'))(
    'the app at $name limits logins and no other request',
    async ({ example }) => {
      const url = String(urls[`${example.path}#ThrottledModule`]);
      const login = (): Promise<Answer> => call('POST', `${url}/wechat/login`, { body: {} });
      const statuses = new Set<number>();
      for (let i = 0; i < 30; i++) statuses.add((await login()).status);
      expect([...statuses]).toEqual([400]);
      const refused = await login();
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await call('GET', `${url}/wechat/session`)).status).toBe(401);
    },
  );

  it.each(rowsWith('class UserThrottlerModule'))(
    'the app at $name counts the requests of each user',
    async ({ example }) => {
      const url = String(urls[`${example.path}#UserThrottlerModule`]);
      const [anna, bob] = [
        await logIn(url, wechat.issueCode()),
        await logIn(url, wechat.issueCode()),
      ];
      const show = async (token: string): Promise<number> =>
        (await call('GET', `${url}/wechat/session`, { token })).status;
      const statuses = new Set<number>();
      for (let i = 0; i < 100; i++) statuses.add(await show(anna));
      expect([...statuses]).toEqual([200]);
      expect([await show(anna), await show(bob)]).toEqual([429, 200]);
    },
  );

  /** A host with the accounts of its own that docs/accounts.md shows. */
  async function startWithAccounts(
    controllers: (Type | undefined)[],
    providers: (Type | undefined)[],
  ): Promise<ListeningApp> {
    const { Account, Accounts } = await load<Classes>(one('accounts.ts'));
    return servers.app({
      platform,
      databaseUrl: (await servers.database()).url,
      wechatUrl: wechat.url,
      extras: { loginHook: Accounts as Type<WechatLoginHook> },
      metadata: {
        imports: [TypeOrmModule.forFeature([Account as Type])],
        controllers: controllers as Type[],
        providers: [Accounts as Type, ...(providers as Type[])],
      },
      typeOrm: { synchronize: true, migrationsRun: false },
    });
  }

  it.each(rowsWith('class AuthController'))(
    'the routes at $name log in and out',
    async ({ example }) => {
      const controllers = [await loadExport<Type>(example, 'AuthController')];
      const { url } = await startHost({ controllers }, { routes: false });
      const login = await call('POST', `${url}/auth/login`, { body: { code: wechat.issueCode() } });
      expect(login.status).toBe(200);
      expect(login.headers['cache-control']).toBe('no-store');
      const { token = '' } = login.body?.result as { token?: string };
      expect((await call('DELETE', `${url}/auth/session`, { token })).status).toBe(204);
      const again = await call('DELETE', `${url}/auth/session`, { token });
      expect(again.body).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
    },
  );

  it.each(rowsWith('class ProfileController'))(
    'the routes at $name read user data and a phone number',
    async ({ example }) => {
      const controllers = [await loadExport<Type>(example, 'ProfileController')];
      const { url } = await startHost({ controllers });
      const openid = `o-profile-${platform.name}`;
      const token = await logIn(url, wechat.issueCode({ openid }));
      const info = await call('POST', `${url}/profile/info`, {
        token,
        body: wechat.encryptUserData(openid, userInfo({ nickName: 'Anna' }), APPID),
      });
      expect(info.body).toEqual({ nickName: 'Anna' });
      const phone = await call('POST', `${url}/profile/phone`, {
        token,
        body: { code: wechat.issuePhoneCode({ openid, appid: APPID }) },
      });
      expect(phone.body).toMatchObject({ countryCode: '86' });
    },
  );

  it.each(rowsWith('class AccountController'))(
    'the route at $name gets the row of the user from its pipe',
    async ({ example }) => {
      const { AccountController, AccountPipe } = await load<Classes>(example);
      const { url } = await startWithAccounts([AccountController], [AccountPipe]);
      const token = await logIn(url, wechat.issueCode());
      expect((await call('GET', `${url}/account`, { token })).body).toEqual({ role: 'member' });
    },
  );

  it.each(rowsWith('class AdminController'))(
    'the guard at $name lets in users with the role, and no others',
    async ({ example }) => {
      const { AdminController, RolesGuard } = await load<Classes>(example);
      const { url, app } = await startWithAccounts([AdminController], [RolesGuard]);
      const token = await logIn(url, wechat.issueCode());
      const show = async (): Promise<number> =>
        (await call('GET', `${url}/admin`, { token })).status;
      expect(await show()).toBe(403);
      await app.get(DataSource).query(`UPDATE account SET role = 'admin'`);
      expect(await show()).toBe(200);
    },
  );

  it.each(rowsWith("@Controller('orders')"))(
    'the route at $name refuses sessions of another mini program',
    async ({ example }) => {
      const controllers = [await loadExport<Type>(example, 'OrdersController')];
      const { url } = await startHost({ controllers });
      const token = await logIn(url, wechat.issueCode());
      const { body } = await call('GET', `${url}/orders`, { token });
      expect(body).toMatchObject({ errorCode: 'WX_SESSION_INVALID' });
    },
  );

  it.each(rowsWith('class ErrorsModule'))(
    'the filter at $name answers in Chinese, and keeps code and headers',
    async ({ example }) => {
      const { url } = await startHost({
        imports: [await loadExport<Type>(example, 'ErrorsModule')],
      });
      wechat.fail(40226);
      const { status, headers, body } = await call('POST', `${url}/wechat/login`, {
        body: { code: wechat.issueCode() },
      });
      expect([status, headers['wx-error']]).toEqual([403, 'WX_USER_BLOCKED']);
      expect(body).toMatchObject({
        errorCode: 'WX_USER_BLOCKED',
        action: 'blocked',
        message: '该微信账号存在风险，无法登录',
      });
    },
  );
});

// On Express only: TestingModule has no middleware on Fastify.
it.each(rowsWith('requestLog'))(
  'the request log at $name has the request, and no token and no code',
  async ({ example }) => {
    const { pinoHttp } = await loadExport<Params>(example, 'requestLog');
    let lines = '';
    const stream = new Writable({
      write: (chunk: Buffer, _, done) => {
        lines += chunk.toString();
        done();
      },
    });
    const logger = LoggerModule.forRoot({ pinoHttp: [pinoHttp as Options, stream] });
    const { url } = await servers.app({
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      metadata: { imports: [logger] },
    });
    const code = wechat.issueCode();
    const token = await logIn(url, code);
    expect((await call('GET', `${url}/me`, { token })).status).toBe(200);
    expect(lines).toContain('"url":"/wechat/login"');
    expect(lines).toContain('"url":"/me"');
    expect(lines).not.toContain(token);
    expect(lines).not.toContain(code);
  },
);

it.each(rowsWith('class AuditLog'))(
  'the log at $name has logins and refusals',
  async ({ example }) => {
    const { AuditLog } = await load<Classes>(example);
    const logger = new LogCapture();
    const { url } = await servers.app({
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      logger,
      metadata: { providers: [AuditLog as Type] },
    });
    await logIn(url, wechat.issueCode());
    await call('GET', `${url}/me`, { token: 'a.b.c' });
    const types = [...logger.text.matchAll(/type: '([\w-]+)'/g)].map(([, type]) => type);
    expect(types).toEqual(['login', 'session-refused']);
  },
);

it.each(rowsWith('class WechatEventBridge'))(
  'the bridge at $name passes events on to @nestjs/event-emitter',
  async ({ example }) => {
    const { WechatEventBridge } = await load<Classes>(example);
    const { app, url } = await servers.app({
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      metadata: {
        imports: [EventEmitterModule.forRoot()],
        providers: [WechatEventBridge as Type],
      },
    });
    const events: unknown[] = [];
    app.get(EventEmitter2).on('wechat.login', (event) => events.push(event));
    await logIn(url, wechat.issueCode());
    expect(events).toMatchObject([{ type: 'login', isNew: true }]);
  },
);

describe.each(rowsWith('implements WechatLoginHook'))('the hook at $name', ({ example }) => {
  it('stores its row, and returns the same one at the next login', async () => {
    const [, name = ''] = /class (\w+) implements WechatLoginHook/.exec(example.code) ?? [];
    const { [name]: loginHook, ...entities } = await load<Record<string, Type>>(example);
    const { url } = await servers.app({
      databaseUrl: (await servers.database()).url,
      wechatUrl: wechat.url,
      extras: { loginHook: loginHook as Type<WechatLoginHook> | undefined },
      metadata: { providers: [loginHook].filter((each) => each !== undefined) },
      typeOrm: { entities: Object.values(entities), synchronize: true, migrationsRun: false },
    });
    const account = async (): Promise<unknown> => {
      const body = { code: wechat.issueCode({ openid: `o-${name}` }) };
      return (await call('POST', `${url}/wechat/login`, { body })).body?.account;
    };
    const first = await account();
    expect(first).toBeDefined();
    expect(await account()).toEqual(first);
  });
});
