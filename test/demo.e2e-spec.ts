import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from './support/database.js';
import { call } from './support/http.js';
import { freePort } from './support/postgres.js';

const entry = resolve('.demo/build/test/app/main.js');

/** The demo in a process group of its own, as a terminal starts it. */
class Demo {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(command: readonly [string, ...string[]], cwd: string, env: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(command[0], command.slice(1), {
      cwd,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((end) => this.child.on('close', end));
  }

  /** Until it says so. */
  async ready(): Promise<this> {
    const isReady = (): boolean => /^ready/m.test(this.stdout);
    for (let tries = 0; !isReady() && tries < 600; tries++) {
      if (this.child.exitCode !== null) break;
      await new Promise((next) => setTimeout(next, 50));
    }
    if (!isReady()) throw new Error(`The demo did not get ready:\n${this.stdout}${this.stderr}`);
    return this;
  }

  /** What a terminal does with Ctrl-C: every process of the group gets the signal. */
  interrupt(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    process.kill(-(this.child.pid ?? NaN), signal);
    return this.ended;
  }

  killAlone(): Promise<number | null> {
    this.child.kill('SIGKILL');
    return this.ended;
  }
}

/** The lines that the demo tells you to paste. */
const linesToPaste = (stdout: string): string =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .join('\n');

const isListening = (port: number): Promise<boolean> =>
  call('GET', `http://127.0.0.1:${String(port)}/`).then(
    () => true,
    () => false,
  );

describe('the demo', () => {
  const started: Demo[] = [];
  let folder: string;
  let ports: { PORT: string; WECHAT_SANDBOX_PORT: string };

  beforeAll(async () => {
    execFileSync('node_modules/.bin/nest', ['build', 'demo'], { stdio: 'pipe' });
    folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-demo-'));
    chmodSync(folder, 0o755);
    ports = { PORT: String(await freePort()), WECHAT_SANDBOX_PORT: String(await freePort()) };
  }, 120_000);
  afterEach(async () => {
    for (const demo of started.splice(0)) {
      try {
        await demo.interrupt('SIGKILL');
      } catch {
        // It has gone already.
      }
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const demo = (env: Record<string, string> = {}, command?: [string, ...string[]]): Demo => {
    const cwd = command === undefined ? folder : process.cwd();
    const one = new Demo(command ?? [process.execPath, entry], cwd, { ...ports, ...env });
    started.push(one);
    return one;
  };
  const sandbox = (): string => `http://127.0.0.1:${ports.WECHAT_SANDBOX_PORT}`;
  const login = async (openid: string): Promise<Record<string, unknown> | undefined> => {
    const { body } = await call('POST', `${sandbox()}/sandbox/codes`, { body: { openid } });
    const url = `http://127.0.0.1:${ports.PORT}/wechat/login`;
    return (await call('POST', url, { body: { code: body?.code } })).body;
  };

  it('logs in, shows what is guarded, and logs out with the very lines it prints', async () => {
    const running = await demo().ready();
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

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
    'on %s leaves no process, and its data survive',
    async (signal) => {
      const first = await demo().ready();
      const before = await login('o-survivor');
      expect(await first.interrupt(signal)).toBe(0);
      expect(first.stderr).toBe('');
      expect(await isListening(Number(ports.PORT))).toBe(false);
      expect(await isListening(Number(ports.WECHAT_SANDBOX_PORT))).toBe(false);
      expect(postmastersOf(folder)).toEqual([]);
      const second = await demo().ready();
      const after = await login('o-survivor');
      expect(after).toMatchObject({ userId: before?.userId, isNewUser: false });
      expect(await second.interrupt(signal)).toBe(0);
    },
  );

  it('stops cleanly on Ctrl-C while it is starting', async () => {
    for (const delay of [150, 400, 800]) {
      const starting = demo();
      await new Promise((next) => setTimeout(next, delay));
      await starting.interrupt();
      expect(postmastersOf(folder)).toEqual([]);
    }
    expect(await (await demo().ready()).interrupt()).toBe(0);
  });

  it('starts again after it was killed', async () => {
    const before = await demo().ready();
    await login('o-killed');
    await before.killAlone();
    const after = await demo().ready();
    expect(await login('o-killed')).toMatchObject({ isNewUser: false });
    expect(await after.interrupt()).toBe(0);
  });

  it.each(['PORT', 'WECHAT_SANDBOX_PORT'] as const)(
    'says what to do where the port of %s is taken, and leaves nothing',
    async (name) => {
      const taken = createServer().listen(Number(ports[name]));
      const refused = demo();
      expect(await refused.ended).toBe(1);
      expect(refused.stderr).toContain(`Port ${ports[name]} is taken`);
      expect(refused.stderr).toContain(`set ${name}`);
      expect(refused.stdout).toBe('');
      expect(postmastersOf(folder)).toEqual([]);
      taken.close();
    },
  );

  it.each([
    ['PORT', 'x', 'PORT must be a port'],
    ['WECHAT_SANDBOX_PORT', '70000', 'WECHAT_SANDBOX_PORT must be a port'],
    ['WECHAT_APPID', 'wx1', 'set both WECHAT_APPID and WECHAT_SECRET'],
    ['DATABASE_URL', 'postgres://u:CANARY@127.0.0.1:1/x', 'The database of DATABASE_URL refuses'],
  ])('says what is wrong with %s=%s', async (name, value, message) => {
    const refused = demo({ [name]: value });
    expect(await refused.ended).toBe(1);
    expect(refused.stderr).toContain(message);
    expect(refused.stdout + refused.stderr).not.toContain('CANARY');
  });

  it('says that a password is wrong without showing it', async () => {
    const url = new URL(process.env.TEST_POSTGRES_URL ?? '');
    url.password = 'CANARY';
    const refused = demo({ DATABASE_URL: url.href });
    expect(await refused.ended).toBe(1);
    expect(refused.stderr).toContain('password authentication failed');
    expect(refused.stderr).not.toContain('CANARY');
  });

  it('runs on a database and a WeChat of yours, and starts none of its own', async () => {
    const database = await createTestDatabase();
    const env = {
      DATABASE_URL: database.url,
      WECHAT_APPID: 'wx4f4bc4dec97d474b',
      WECHAT_SECRET: 'c4c1f5d0a2b3948576e0f1d2c3b4a596',
    };
    const running = await demo(env).ready();
    expect(running.stdout).toContain('CODE=…');
    expect(await isListening(Number(ports.WECHAT_SANDBOX_PORT))).toBe(false);
    expect(postmastersOf(folder)).toEqual([]);
    expect(await database.query('SELECT count(*)::int AS n FROM wechat_user')).toEqual([{ n: 0 }]);
    expect(await running.interrupt()).toBe(0);
    await database.drop();
  });

  it('starts with the command of the README', async () => {
    const database = await createTestDatabase();
    const running = await demo({ DATABASE_URL: database.url }, ['npm', 'start']).ready();
    expect(await login('o-npm-start')).toMatchObject({ tokenType: 'Bearer' });
    await running.interrupt();
    expect(await isListening(Number(ports.PORT))).toBe(false);
    await database.drop();
  }, 60_000);
});

/** The Postgres servers that run on the data of this folder: alive, by their own lock file. */
function postmastersOf(folder: string): number[] {
  const lock = join(folder, '.demo/postgres/data/postmaster.pid');
  if (!existsSync(lock)) return [];
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  try {
    process.kill(pid, 0);
    return [pid];
  } catch {
    return [];
  }
}
