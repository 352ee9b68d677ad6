import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { Pool } from 'pg';
import { AggregatedLogger } from '../src/common/aggregated-logger.js';
import {
  AccessTokenService,
  type WechatAppOptions,
  type WechatAppsFunction,
} from '../src/index.js';
import type { SandboxApp, WechatSandbox } from '../src/testing/index.js';
import type { TestDatabase } from './support/database.js';
import { call, type Answer } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { until } from './support/until.js';
import { useTestServers } from './support/test-servers.js';
import { claims, json, signed } from './support/forge.js';

const KEYS = {
  session: { secret: 'the session secret, of more than 32 bytes' },
  encryptionSecret: 'the encryption secret, of more than 32 bytes',
};
const MINUTE = 60_000;

const secretOf = (appid: string): string => `CANARY-secret-of-${appid}`;

/** By how much the tests are ahead of the clock, in milliseconds. */
let ahead = 0;
const now = performance.now.bind(performance);
beforeAll(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
});
afterAll(() => {
  jest.restoreAllMocks();
});

describe.each(platforms)('apps as a function over $name', (platform) => {
  // Before the servers, including the database, are stopped.
  afterAll(() => pool.end());
  const servers = useTestServers();
  const known: SandboxApp[] = [];
  let database: TestDatabase;
  let pool: Pool;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let behave: ((appid: string) => unknown) | undefined;
  const asked: string[] = [];
  const logger = new LogCapture();

  /** The function in `apps`: reads a row of the app's own table. */
  const findApp: WechatAppsFunction = (appid) => {
    asked.push(appid);
    return behave ? (behave(appid) as WechatAppOptions) : rowOf(appid);
  };
  const rowOf = async (appid: string): Promise<WechatAppOptions | undefined> => {
    const sql = 'SELECT appid, secret, created_at FROM mini_program WHERE appid = $1';
    return (await pool.query<WechatAppOptions>(sql, [appid])).rows[0];
  };

  beforeAll(async () => {
    database = await servers.database();
    await database.query(
      `CREATE TABLE mini_program AS
       SELECT 'wx' || i AS appid, 'CANARY-secret-of-wx' || i AS secret, now() AS created_at
       FROM generate_series(1, 2000) AS i`,
    );
    await database.query('ALTER TABLE mini_program ADD PRIMARY KEY (appid)');
    for (let i = 1; i <= 2000; i++) {
      known.push({ appid: `wx${String(i)}`, secret: secretOf(`wx${String(i)}`) });
    }
    wechat = await servers.sandbox({ apps: known });
    server = await servers.app({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      logger,
      options: {
        ...{ appid: undefined, secret: undefined },
        ...{ apps: findApp, defaultAppid: 'wx1', ...KEYS },
      },
    });
    pool = new Pool({ connectionString: database.url, max: 5 });
  });
  beforeEach(() => {
    asked.length = 0;
    behave = undefined;
    ahead += MINUTE;
    server.app.get(AggregatedLogger).flush();
    logger.lines.length = 0;
  });
  afterEach(() => {
    expect(logger.text).not.toContain('CANARY');
  });

  const login = async (appid?: string, code = wechat.issueCode({ appid })): Promise<Answer> =>
    call('POST', `${server.url}/wechat/login`, { body: { code, appid } });
  const tokenOf = async (appid: string): Promise<string> =>
    String((await login(appid)).body?.token);
  const visit = (token: string): Promise<Answer> => call('GET', `${server.url}/me`, { token });
  const errorOf = ({ status, body }: Answer): unknown =>
    status === 200 ? 200 : [status, body?.errorCode];
  /** An app that exists at WeChat and in the table. */
  const add = async (appid: string): Promise<SandboxApp> => {
    const app = { appid, secret: secretOf(appid) };
    known.push(app);
    await database.query('INSERT INTO mini_program VALUES ($1, $2)', [appid, app.secret]);
    return app;
  };

  it('logs in users of 2,000 mini programs, and calls the function once for each mini program', async () => {
    const appids = Array.from({ length: 50 }, (_, i) => `wx${String(1 + i * 40)}`);
    const logins = [...appids, ...appids].map(async (appid) => {
      const token = await tokenOf(appid);
      return call('GET', `${server.url}/wechat/session`, { token });
    });
    const sessions = await Promise.all(logins);
    expect(sessions.map(({ body }) => body?.appid)).toEqual([...appids, ...appids]);
    expect(asked.sort()).toEqual([...appids].sort());
    const stored = await database.query('SELECT DISTINCT appid FROM wechat_user');
    expect(stored).toHaveLength(50);
  });

  it('uses the default app for a login without an appid', async () => {
    const { body } = await login();
    expect((await visit(String(body?.token))).status).toBe(200);
    expect(asked).toEqual(['wx1']);
  });

  it('refuses an unknown appid as WX_APP_UNKNOWN, and calls the function for it once in 60 seconds', async () => {
    for (let i = 0; i < 3; i++) {
      expect(errorOf(await login('wx-none', 'code'))).toEqual([400, 'WX_APP_UNKNOWN']);
    }
    for (const appid of ['', "wx1' OR '1'='1", 'x'.repeat(65), 'wx1\n', 'é']) {
      expect(errorOf(await login(appid, 'code'))).toEqual([400, 'WX_APP_UNKNOWN']);
    }
    expect(asked).toEqual(['wx-none']);
  });

  it('accepts a new app at once, or after 60 seconds if it was requested before', async () => {
    expect(errorOf(await login('wx-added', 'code'))).toEqual([400, 'WX_APP_UNKNOWN']);
    await add('wx-added');
    await add('wx-added-too');
    expect(errorOf(await login('wx-added-too'))).toBe(200);
    ahead += MINUTE;
    expect(errorOf(await login('wx-added'))).toBe(200);
  });

  it('refuses the sessions of an app that was removed, after 60 seconds at the latest', async () => {
    await add('wx-removed');
    const [removed, other] = [await tokenOf('wx-removed'), await tokenOf('wx2')];
    expect(errorOf(await visit(removed))).toBe(200);
    await database.query("DELETE FROM mini_program WHERE appid = 'wx-removed'");
    ahead += MINUTE;
    expect(errorOf(await visit(removed))).toEqual([401, 'WX_SESSION_INVALID']);
    expect(errorOf(await login('wx-removed'))).toEqual([400, 'WX_APP_UNKNOWN']);
    expect(errorOf(await visit(other))).toBe(200);
  });

  describe('when an AppSecret is reset', () => {
    const reset = async (app: SandboxApp): Promise<void> => {
      app.secret = `${secretOf(app.appid)}-new`;
      await database.query('UPDATE mini_program SET secret = $2 WHERE appid = $1', [
        app.appid,
        app.secret,
      ]);
    };
    const exchanges = (): number =>
      wechat.requests.filter(({ path }) => path === '/sns/jscode2session').length;

    it('no login fails, and the function is called once more', async () => {
      const app = await add('wx-reset');
      expect(errorOf(await login('wx-reset'))).toBe(200);
      await reset(app);
      const answers = await Promise.all(Array.from({ length: 20 }, () => login('wx-reset')));
      expect(answers.map(errorOf)).toEqual(Array(20).fill(200));
      expect(asked).toEqual(['wx-reset', 'wx-reset']);
      const before = exchanges();
      expect(errorOf(await login('wx-reset'))).toBe(200);
      expect(exchanges() - before).toBe(1);
    });

    it('access tokens remain available', async () => {
      const app = await add('wx-reset-too');
      await login('wx-reset-too');
      await reset(app);
      expect(await server.app.get(AccessTokenService).getToken('wx-reset-too')).toMatch(/./);
      expect(asked).toEqual(['wx-reset-too', 'wx-reset-too']);
    });

    it('and the function returns the old one, a login is WX_APP_MISCONFIGURED after one exchange', async () => {
      const app = await add('wx-reset-unknown');
      app.secret = `${secretOf(app.appid)}-new`;
      const before = exchanges();
      for (let i = 0; i < 3; i++) {
        expect(errorOf(await login('wx-reset-unknown'))).toEqual([500, 'WX_APP_MISCONFIGURED']);
      }
      expect(exchanges() - before).toBe(3);
      expect(asked.length).toBeGreaterThan(1);
      expect(logger.text).toContain('AppSecret is wrong or was reset');
    });
  });

  it.each<[string, () => unknown]>([
    ['throws', () => fail('CANARY')],
    ['rejects', () => Promise.reject(new Error('CANARY'))],
    ['returns another app', () => ({ appid: 'wx4', secret: 'CANARY' })],
    ['returns no secret', () => ({ appid: 'wx3' })],
    ['returns a string', () => 'CANARY'],
  ])(
    'a function that %s is a 503 to retry, and the next request calls it again',
    async (_, work) => {
      behave = work;
      const answer = await login('wx3');
      expect(answer.body).toMatchObject({ errorCode: 'WX_APP_UNAVAILABLE', action: 'retry' });
      expect(answer.status).toBe(503);
      expect(answer.headers).toMatchObject({
        'retry-after': '1',
        'wx-error': 'WX_APP_UNAVAILABLE',
        'wx-action': 'retry',
      });
      expect(answer.text).not.toContain('CANARY');
      expect(logger.text).toMatch(/^error WX_APP_UNAVAILABLE: the function apps /m);
      behave = undefined;
      expect(errorOf(await login('wx3'))).toBe(200);
      expect(asked).toEqual(['wx3', 'wx3']);
    },
  );

  it('a function that fails ends no session: the request is a 503, and the next one is accepted', async () => {
    const token = await tokenOf('wx5');
    behave = () => fail('CANARY');
    expect(errorOf(await visit(token))).toBe(200);
    ahead += MINUTE;
    const answer = await visit(token);
    expect(errorOf(answer)).toEqual([503, 'WX_APP_UNAVAILABLE']);
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'wx-action': 'retry' });
    behave = undefined;
    expect(errorOf(await visit(token))).toBe(200);
  });

  it('a slow function is called once for concurrent requests', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    behave = async (appid) => {
      await released;
      return { appid, secret: secretOf(appid) };
    };
    const logins = Promise.all(Array.from({ length: 20 }, () => login('wx6')));
    await until(() => asked.length > 0);
    release();
    expect((await logins).map(errorOf)).toEqual(Array(20).fill(200));
    expect(asked).toEqual(['wx6']);
  });

  it('is never called for the app of a token that this server has not signed', async () => {
    const token = await tokenOf('wx7');
    const [header = ''] = token.split('.');
    const id = '00000000-0000-4000-8000-000000000000';
    for (const aud of ['wx7', 'wx8', 'wx-made-up', '../wx7', '']) {
      const payload = json(claims(id, { aud }));
      for (const forged of [
        signed(header, payload, Buffer.alloc(32)),
        signed(json({ alg: 'none' }), payload),
        `${header}.${payload}.`,
        token.replace(/\..*\./, `.${payload}.`),
      ]) {
        expect(errorOf(await visit(forged))).toEqual([401, 'WX_SESSION_INVALID']);
      }
    }
    expect(asked).toEqual(['wx7']);
  });

  function fail(text: string): never {
    throw new Error(text);
  }
});
