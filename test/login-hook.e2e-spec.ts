import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ForbiddenException, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import {
  LoginService,
  WechatAuthConfigError,
  WechatAuthError,
  wechatAuthEntities,
  type LoginResult,
  type WechatLogin,
  type WechatLoginHook,
} from '../src/index.js';
import { WechatSandbox } from '../src/testing/index.js';
import { startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call, type Answer } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';
import { until } from './support/until.js';

/** The app's own user. */
@Entity('account')
class Account {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  role!: string;
}

/** The behaviour of the hook at the next logins. */
let behave: (login: WechatLogin) => Promise<unknown> = () => Promise.resolve();

@Injectable()
class Accounts implements WechatLoginHook {
  async onLogin(login: WechatLogin): Promise<unknown> {
    if (login.isNew) await login.manager.insert(Account, { id: login.user.id, role: 'member' });
    return behave(login);
  }
}

@Module({ providers: [Accounts] })
class AccountsModule {}

describe.each(platforms)('a loginHook over $name', (platform) => {
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  const logger = new LogCapture();

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query('CREATE TABLE account (id uuid PRIMARY KEY, role text NOT NULL)');
    wechat = await WechatSandbox.start();
    server = await startApp({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      logger,
      // 200 parallel logins take more than five seconds on a slow machine.
      options: { wechat: { baseUrl: wechat.url, timeout: 25_000 } },
      extras: { loginHook: Accounts },
      metadata: { imports: [AccountsModule] },
      typeOrm: { entities: [...wechatAuthEntities, Account] },
    });
  });
  beforeEach(() => {
    behave = () => Promise.resolve();
  });
  afterAll(async () => {
    await server.app.close();
    await wechat.close();
    await database.drop();
  });

  const logIn = (openid: string): Promise<Answer> =>
    call('POST', `${server.url}/wechat/login`, { body: { code: wechat.issueCode({ openid }) } });
  const rowsOf = async (openid: string): Promise<{ users: number; accounts: number }> => {
    const [row] = await database.query<{ users: number; accounts: number }>(
      `SELECT count(*)::int AS users, count(a.id)::int AS accounts
       FROM wechat_user u LEFT JOIN account a USING (id) WHERE openid = $1`,
      [openid],
    );
    return row ?? { users: -1, accounts: -1 };
  };

  it('creates a row of the app with the user, and extends the response', async () => {
    behave = ({ appid, isNew }) => Promise.resolve({ appid, nickname: isNew ? 'new' : 'known' });
    const first = await logIn('o-hook');
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      isNewUser: true,
      account: { nickname: 'new', appid: expect.stringMatching(/^wx/) },
    });
    expect(await rowsOf('o-hook')).toEqual({ users: 1, accounts: 1 });
    const second = await logIn('o-hook');
    expect(second.body).toMatchObject({ isNewUser: false, account: { nickname: 'known' } });
  });

  it('leaves the response without an account if it returns nothing', async () => {
    expect((await logIn('o-hook-nothing')).body).not.toHaveProperty('account');
  });

  it('refuses a login with its own status, and stores nothing', async () => {
    behave = () => Promise.reject(new ForbiddenException({ statusCode: 403, reason: 'banned' }));
    const refused = await logIn('o-banned');
    expect([refused.status, refused.body]).toEqual([403, { statusCode: 403, reason: 'banned' }]);
    expect(await rowsOf('o-banned')).toEqual({ users: 0, accounts: 0 });
    behave = () => Promise.resolve();
    expect((await logIn('o-banned')).body).toMatchObject({ isNewUser: true });
  });

  const circular: Record<string, unknown> = {};
  circular.itself = circular;
  const fail = (): never => {
    throw new Error('SECRET of the host');
  };
  /* eslint-disable @typescript-eslint/prefer-promise-reject-errors -- As apps do. */
  it.each<[string, () => unknown]>([
    ['throws an error', () => Promise.reject(new Error('SECRET of the host'))],
    ['throws before it returns a promise', fail],
    ['throws a string', () => Promise.reject('SECRET of the host')],
    ['throws undefined', () => Promise.reject(undefined)],
    ['throws a circular error', () => Promise.reject(Object.assign(new Error(), circular))],
    ['returns a circular object', () => Promise.resolve(circular)],
    ['returns a BigInt in an object', () => Promise.resolve({ id: 1n })],
    [
      'returns a getter that throws',
      () => ({
        get name() {
          return fail();
        },
      }),
    ],
    ['returns a toJSON that throws', () => ({ toJSON: fail })],
    ['returns a function', () => Promise.resolve(fail)],
    ['returns a BigInt', () => Promise.resolve(1n)],
    ['returns a string', () => Promise.resolve('account')],
    ['returns null', () => Promise.resolve(null)],
    ['returns a list', () => Promise.resolve([])],
  ])('that %s is a 500 without details, and stores nothing', async (_, fault) => {
    behave = fault as never;
    const answer = await logIn('o-hook-fault');
    expect([answer.status, answer.body]).toEqual([
      500,
      expect.objectContaining({ statusCode: 500, message: 'Internal server error' }),
    ]);
    expect(answer.text).not.toContain('SECRET');
    expect(await rowsOf('o-hook-fault')).toEqual({ users: 0, accounts: 0 });
  });
  /* eslint-enable @typescript-eslint/prefer-promise-reject-errors */

  it('may return an object with a toJSON', async () => {
    behave = () => Promise.resolve({ toJSON: () => ({ nickname: 'shown' }), password: 'hidden' });
    expect((await logIn('o-hook-json')).body).toMatchObject({ account: { nickname: 'shown' } });
  });

  it('that fails in its own statement stores nothing, and is not WX_STORE_UNAVAILABLE', async () => {
    behave = ({ manager }) => manager.query('SELECT 1 / 0');
    const answer = await logIn('o-hook-sql');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toHaveProperty('errorCode');
    expect(await rowsOf('o-hook-sql')).toEqual({ users: 0, accounts: 0 });
  });

  it('that never returns ends after five seconds as a 503, and stores nothing', async () => {
    behave = () => new Promise(() => undefined);
    const answer = await logIn('o-hook-hangs');
    expect(answer.body).toMatchObject({ statusCode: 503, errorCode: 'WX_STORE_UNAVAILABLE' });
    expect(await rowsOf('o-hook-hangs')).toEqual({ users: 0, accounts: 0 });
    behave = () => Promise.resolve();
    expect((await logIn('o-hook-hangs')).body).toMatchObject({ isNewUser: true });
  }, 20_000);

  it('that returns after its five seconds stores nothing, as the client was told', async () => {
    const returned = new Promise<unknown>((resolve) => {
      behave = async ({ manager }) => {
        const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
        await new Promise((late) => setTimeout(late, 5500));
        resolve(pid);
      };
    });
    expect((await logIn('o-hook-late')).status).toBe(503);
    const pid = await returned;
    await until(async () => {
      const busy = await database.query(
        `SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state <> 'idle'`,
        [pid],
      );
      return busy.length === 0;
    });
    expect(await rowsOf('o-hook-late')).toEqual({ users: 0, accounts: 0 });
    behave = () => Promise.resolve();
    expect((await logIn('o-hook-late')).body).toMatchObject({ isNewUser: true });
  }, 20_000);

  it('is called once for one code that two requests bring', async () => {
    let calls = 0;
    behave = () => Promise.resolve({ calls: ++calls });
    const logins = server.app.get(LoginService);
    const code = wechat.issueCode({ openid: 'o-hook-code' });
    await Promise.all([logins.login(code), logins.login(code)]);
    expect(calls).toBe(1);
  });

  it('creates one row in 200 parallel first logins', async () => {
    const logins = server.app.get(LoginService);
    // As phones do: where the server has too much to do, they try again.
    const logInPatiently = async (): Promise<LoginResult> => {
      try {
        return await logins.login(wechat.issueCode({ openid: 'o-hook-crowd' }));
      } catch (error) {
        if (!(error instanceof WechatAuthError) || error.action !== 'retry') throw error;
        return logInPatiently();
      }
    };
    const results = await Promise.all(Array.from({ length: 200 }, logInPatiently));
    expect(results.filter(({ isNewUser }) => isNewUser)).toHaveLength(1);
    expect(new Set(results.map(({ userId }) => userId)).size).toBe(1);
    expect(await rowsOf('o-hook-crowd')).toEqual({ users: 1, accounts: 1 });
  }, 120_000);

  it('rolls back when the connection ends between the upsert and the commit', async () => {
    behave = async ({ manager }) => {
      const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1)', [pid]);
    };
    expect((await logIn('o-hook-crash')).body).toMatchObject({
      statusCode: 503,
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
    expect(await rowsOf('o-hook-crash')).toEqual({ users: 0, accounts: 0 });
    behave = () => Promise.resolve();
    expect((await logIn('o-hook-crash')).body).toMatchObject({ isNewUser: true });
  });
});

describe('a loginHook without the routes, with a DataSource that has a name', () => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let logins: LoginService;

  beforeAll(async () => {
    database = await servers.database();
    await database.query('CREATE TABLE account (id uuid PRIMARY KEY, role text NOT NULL)');
    wechat = await servers.sandbox();
    const { app } = await servers.app({
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      extras: { loginHook: Accounts, routes: false, dataSource: 'wechat' },
      typeOrm: { name: 'wechat', entities: [...wechatAuthEntities, Account] },
      metadata: {
        // The default DataSource of the host, on a database of its own.
        imports: [
          AccountsModule,
          TypeOrmModule.forRoot({ type: 'postgres', url: (await servers.database()).url }),
        ],
      },
    });
    logins = app.get(LoginService);
  });

  const logIn = (openid: string): Promise<LoginResult> =>
    logins.login(wechat.issueCode({ openid }));

  it('writes and reads through that DataSource, and LoginService returns its account', async () => {
    behave = async ({ manager }) => {
      const [row] = await manager.query<object[]>('SELECT current_database() AS name');
      return row;
    };
    const login = await logIn('o-named');
    expect(login).toMatchObject({ isNewUser: true, account: { name: database.name } });
    const accounts = await database.query('SELECT id FROM account');
    expect(accounts).toEqual([{ id: login.userId }]);
    expect(await logIn('o-named')).toMatchObject({ userId: login.userId, isNewUser: false });
  });

  it('refuses with the very exception that it throws, and stores nothing', async () => {
    const exception = new ForbiddenException('banned');
    behave = () => Promise.reject(exception);
    await expect(logIn('o-named-banned')).rejects.toBe(exception);
    behave = () => Promise.resolve();
    expect(await logIn('o-named-banned')).toMatchObject({ isNewUser: true });
  });
});

describe('a loginHook that cannot be used', () => {
  @Injectable()
  class Missing extends Accounts {}

  @Injectable({ scope: Scope.REQUEST })
  class PerRequest extends Accounts {
    constructor(@Inject(REQUEST) readonly request: object) {
      super();
    }
  }

  @Injectable()
  class OnPerRequest extends Accounts {
    constructor(readonly dependency: PerRequest) {
      super();
    }
  }

  it.each([
    ['is not a provider', Missing, [], /loginHook: Missing is not a provider/],
    ['is request-scoped', PerRequest, [PerRequest], /PerRequest .*request-scoped/],
    ['depends on one', OnPerRequest, [PerRequest, OnPerRequest], /OnPerRequest .*request-scoped/],
  ])('stops the start if it %s, and says what to do', async (_, loginHook, providers, message) => {
    const database = await createTestDatabase();
    const start = startApp({
      databaseUrl: database.url,
      wechatUrl: 'http://127.0.0.1:1',
      extras: { loginHook },
      metadata: { providers },
    });
    await expect(start).rejects.toThrow(WechatAuthConfigError);
    await expect(start).rejects.toThrow(message);
    await database.drop();
  });
});
