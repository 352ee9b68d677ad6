import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from './support/database.js';
import { call } from './support/http.js';
import { dataFolder, temporaryFolder } from '../examples/demo/postgres/postgres-home.js';
import { freePort } from '../examples/demo/postgres/postgres.js';
import { eventually, isAlive, Program } from './support/shell.js';

const entry = resolve('.demo/build/examples/demo/main.js');

/** `npm start` builds the demo first, which is slow on a loaded machine. */
const BUILD_MS = 120_000;

/** The commands that the demo prints for copying. */
const linesToPaste = (stdout: string): string =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .join('\n');

const isListening = (port: string, host = '127.0.0.1'): Promise<boolean> =>
  call('GET', `http://${host}:${port}/`).then(
    () => true,
    () => false,
  );

describe('the demo', () => {
  const started: Program[] = [];
  const folders: string[] = [];
  let folder: string;
  let ports: { PORT: string; WECHAT_SANDBOX_PORT: string };

  beforeAll(async () => {
    execFileSync('node_modules/.bin/nest', ['build', 'demo'], { stdio: 'pipe' });
    folder = newFolder();
    ports = { PORT: String(await freePort()), WECHAT_SANDBOX_PORT: String(await freePort()) };
  }, 120_000);
  afterEach(async () => {
    for (const demo of started.splice(0)) {
      try {
        await demo.interrupt('SIGKILL');
      } catch {
        // It has already ended.
      }
    }
  });
  afterAll(() => {
    for (const each of folders) {
      for (const gone of [dataOf(each), each]) rmSync(gone, { recursive: true, force: true });
    }
  });

  /** A folder in which the demo has not run before. */
  const newFolder = (mode = 0o755): string => {
    const made = temporaryFolder();
    chmodSync(made, mode);
    folders.push(made);
    return made;
  };
  const demo = (env: Record<string, string> = {}, cwd = folder): Program => {
    const one = new Program([process.execPath, entry], cwd, { ...ports, ...env });
    started.push(one);
    return one;
  };
  const ready = (...args: Parameters<typeof demo>): Promise<Program> =>
    demo(...args).prints('ready');
  /** The error message of a demo that does not start. */
  const refusal = async (env: Record<string, string> = {}): Promise<string> => {
    const refused = demo(env);
    expect(await refused.ended).toBe(1);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toMatch(/^The demo did not start\. /);
    // One message, without a stack trace or a password.
    expect(refused.stderr).not.toMatch(/\n {4}at |\[Nest\]|CANARY/);
    return refused.stderr;
  };
  const sandbox = (path: string, body: object): ReturnType<typeof call> =>
    call('POST', `http://127.0.0.1:${ports.WECHAT_SANDBOX_PORT}/sandbox/${path}`, { body });
  const login = async (openid: string): Promise<Record<string, unknown> | undefined> => {
    const { body } = await sandbox('codes', { openid });
    const url = `http://127.0.0.1:${ports.PORT}/wechat/login`;
    return (await call('POST', url, { body: { code: body?.code } })).body;
  };

  it('logs in, calls a guarded route and logs out with the commands that it prints', async () => {
    const running = await ready();
    expect(running.stdout).toContain(`ready: http://localhost:${ports.PORT}`);
    const output = execFileSync('sh', ['-c', linesToPaste(running.stdout)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
    expect(output).toMatch(
      /"userId":"[\da-f-]{36}".*"phone":"\*+8000".*"nickName":"Band".*204 No Content[^]*WX_SESSION_REVOKED/,
    );
    expect(await running.interrupt()).toBe(0);
    expect(running.stderr).toBe('');
  });

  it('serves its page, its assets and /docs from the build', async () => {
    const running = await ready();
    const assets = ['icon.svg', 'page.css', 'page.js', 'words/zh.js', 'miniprogram.js'];
    for (const path of ['', ...assets, 'docs']) {
      const answer = await call('GET', `http://127.0.0.1:${ports.PORT}/${path}`);
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    }
    expect(await running.interrupt()).toBe(0);
    expect(running.stderr).toBe('');
  });

  it('logs why WeChat refuses a login', async () => {
    const running = await ready();
    await sandbox('faults', { fault: 40164 });
    expect(await login('o-refused')).toMatchObject({ errorCode: 'WX_APP_MISCONFIGURED' });
    expect(running.stderr).toContain('40164 invalid ip');
    expect(await running.interrupt()).toBe(0);
  });

  it('works in a folder that only its owner can read', async () => {
    const running = await ready({}, newFolder(0o700));
    expect(await login('o-private')).toMatchObject({ isNewUser: true });
    expect(await running.interrupt()).toBe(0);
  });

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
    'ends all its processes on %s and keeps its data',
    async (signal) => {
      const first = await ready();
      const before = await login('o-survivor');
      const postgres = postgresOf(folder);
      expect(isAlive(postgres)).toBe(true);
      expect(await first.interrupt(signal)).toBe(0);
      expect(first.stderr).toBe('');
      expect(isAlive(postgres)).toBe(false);
      expect(postgresOf(folder)).toBeNaN();
      expect(await isListening(ports.PORT)).toBe(false);
      expect(await isListening(ports.WECHAT_SANDBOX_PORT)).toBe(false);
      const second = await ready();
      const after = await login('o-survivor');
      expect(after).toMatchObject({ userId: before?.userId, isNewUser: false });
      expect(await second.interrupt(signal)).toBe(0);
    },
  );

  it('exits without an error on Ctrl-C while it creates its database', async () => {
    const fresh = newFolder();
    const starting = demo({}, fresh);
    await eventually(() => existsSync(`${dataOf(fresh)}.new/data`));
    expect(await starting.interrupt()).toBe(0);
    expect(starting.stdout + starting.stderr).toBe('');
    expect(existsSync(`${dataOf(fresh)}.new`)).toBe(false);
    expect(await (await ready({}, fresh)).interrupt()).toBe(0);
  });

  it('exits without an error on Ctrl-C at any time during its start', async () => {
    for (const delay of [150, 400, 700]) {
      const starting = demo();
      await new Promise((next) => setTimeout(next, delay));
      await starting.interrupt();
      expect(starting.stderr).toBe('');
      expect(postgresOf(folder)).toBeNaN();
    }
    expect(await (await ready()).interrupt()).toBe(0);
  });

  it('starts again after a SIGKILL, with its data', async () => {
    const before = await ready();
    await login('o-killed');
    await before.killAlone();
    const after = await ready();
    expect(await login('o-killed')).toMatchObject({ isNewUser: false });
    expect(await after.interrupt()).toBe(0);
  });

  it('does not start if another demo uses the same data, which keeps running', async () => {
    const first = await ready();
    const postgres = String(postgresOf(folder));
    const message = await refusal({ PORT: '0', WECHAT_SANDBOX_PORT: '0' });
    expect(message).toContain(`already, as process ${postgres}: stop what started it`);
    expect(await login('o-first')).toMatchObject({ isNewUser: true });
    expect(await first.interrupt()).toBe(0);
  });

  it.each([
    ['PORT', 'WECHAT_SANDBOX_PORT'],
    ['WECHAT_SANDBOX_PORT', 'PORT'],
  ] as const)('exits with a message if the port of %s is in use', async (name, other) => {
    const taken = createServer().listen(Number(ports[name]));
    expect(await refusal()).toBe(
      `The demo did not start. Port ${ports[name]} is taken: stop what uses it, or set ${name} to another one.\n`,
    );
    expect(await isListening(ports[other])).toBe(false);
    expect(postgresOf(folder)).toBeNaN();
    taken.close();
  });

  const refusing = 'postgres://u:CANARY@127.0.0.1:1/x';
  const elsewhere = 'The database of DATABASE_URL is not on this machine';
  it.each([
    [{ PORT: 'x' }, 'PORT must be a port'],
    [{ WECHAT_SANDBOX_PORT: '70000' }, 'WECHAT_SANDBOX_PORT must be a port'],
    [{ WECHAT_APPID: 'wx1' }, 'set both WECHAT_APPID and WECHAT_SECRET'],
    [{ WECHAT_SECRET: 'CANARY' }, 'set both WECHAT_APPID and WECHAT_SECRET'],
    [
      { WECHAT_APPID: 'wx1', WECHAT_SECRET: 'CANARY', DATABASE_URL: refusing },
      '. WechatAuthModule is not configured correctly:\n- An AppSecret',
    ],
    [{ DATABASE_URL: 'CANARY' }, 'DATABASE_URL must look like postgres://'],
    [{ DATABASE_URL: refusing }, 'The database of DATABASE_URL refuses: connect ECONNREFUSED'],
    [{ DATABASE_URL: 'postgres://u:CANARY@db.example/x' }, elsewhere],
    [{ DATABASE_URL: 'postgres://u:CANARY@localhost/x?host=db.example' }, elsewhere],
    [{ DATABASE_URL: 'postgres://u:CANARY@localhost.example/x' }, elsewhere],
    [{ DATABASE_URL: 'postgres:///x', PGHOST: 'db.example' }, elsewhere],
    [{ HOST: '192.0.2.1' }, 'HOST must be an address of this machine'],
  ])('exits with a message for the environment %j', async (env, message) => {
    expect(await refusal(env as Record<string, string>)).toContain(message);
  });

  it('exits with a message for a wrong password, without printing it', async () => {
    const url = new URL(process.env.TEST_POSTGRES_URL ?? '');
    url.password = 'CANARY';
    expect(await refusal({ DATABASE_URL: url.href })).toContain(
      'The database of DATABASE_URL refuses: password authentication failed',
    );
  });

  it('listens only on 127.0.0.1, or on the address in HOST', async () => {
    const addresses = Object.values(networkInterfaces()).flat();
    const outside = addresses.find((each) => each?.family === 'IPv4' && !each.internal)?.address;
    const listens = (host: string): Promise<boolean> => isListening(ports.PORT, host);
    const running = await ready();
    expect(await listens('127.0.0.1')).toBe(true);
    // 127.0.0.2 is another address of this machine.
    expect(await listens('127.0.0.2')).toBe(false);
    if (outside !== undefined) expect(await listens(outside)).toBe(false);
    expect(await running.interrupt()).toBe(0);
    const open = await ready({ HOST: '0.0.0.0' });
    expect(open.stdout).toContain(`ready: http://localhost:${ports.PORT}`);
    expect(await listens('127.0.0.2')).toBe(true);
    if (outside !== undefined) expect(await listens(outside)).toBe(true);
    expect(await open.interrupt()).toBe(0);
  });

  it('uses the database and WeChat of the environment, and starts no others', async () => {
    const database = await createTestDatabase();
    const env = {
      DATABASE_URL: database.url,
      WECHAT_APPID: 'wx4f4bc4dec97d474b',
      WECHAT_SECRET: 'c4c1f5d0a2b3948576e0f1d2c3b4a596',
    };
    const running = await ready(env);
    expect(running.stdout).toContain('CODE=…   # from wx.login');
    expect(running.stdout).not.toContain('sandbox');
    expect(await isListening(ports.WECHAT_SANDBOX_PORT)).toBe(false);
    expect(postgresOf(folder)).toBeNaN();
    expect(await database.query('SELECT count(*)::int AS n FROM wechat_user')).toEqual([{ n: 0 }]);
    expect(await running.interrupt()).toBe(0);
    expect(running.stderr).toBe('');
    await database.drop();
  });

  it('starts with npm start', async () => {
    // So that the data of the developer's own demo do not change.
    const database = await createTestDatabase();
    const env = { ...ports, DATABASE_URL: database.url };
    const running = new Program(['npm', 'start'], process.cwd(), env);
    started.push(running);
    await running.prints('ready', BUILD_MS);
    expect(await login('o-npm-start')).toMatchObject({ tokenType: 'Bearer' });
    await running.interrupt();
    expect(running.stderr.replaceAll(/^npm .*\n/gm, '')).toBe('');
    expect(await isListening(ports.PORT)).toBe(false);
    expect(await isListening(ports.WECHAT_SANDBOX_PORT)).toBe(false);
    await database.drop();
  }, 150_000);

  it('ends with npm start if only npm receives a SIGTERM', async () => {
    const database = await createTestDatabase();
    const env = { ...ports, DATABASE_URL: database.url };
    const running = new Program(['npm', 'start'], process.cwd(), env);
    started.push(running);
    await running.prints('ready', BUILD_MS);
    await running.killAlone('SIGTERM');
    expect(await isListening(ports.PORT)).toBe(false);
    expect(await isListening(ports.WECHAT_SANDBOX_PORT)).toBe(false);
    await database.drop();
  }, 150_000);

  it.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])(
    'ends together with PostgreSQL if the shell that started it receives a %s',
    async (signal) => {
      const command = `${process.execPath} ${entry}; echo ended`;
      const running = new Program(['sh', '-c', command], folder, ports);
      started.push(running);
      await running.prints('ready');
      const postgres = postgresOf(folder);
      expect(isAlive(postgres)).toBe(true);
      await running.killAlone(signal);
      expect(isAlive(postgres)).toBe(false);
      expect(await isListening(ports.PORT)).toBe(false);
      expect(running.stdout).not.toContain('ended');
    },
  );
});

/** Where the demo keeps its data when it is started in this folder. */
const dataOf = (folder: string): string => dataFolder(join(folder, '.demo/postgres'));

/** The process that holds the data of this folder, by its own lock file; NaN if none does. */
function postgresOf(folder: string): number {
  const lock = join(dataOf(folder), 'data/postmaster.pid');
  return existsSync(lock) ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : NaN;
}
