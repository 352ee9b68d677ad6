import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { WechatSandbox } from '../src/testing/index.js';

const BUILT = 'reports/sandbox-cli.mjs';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('nestjs-wechat-sandbox', () => {
  const children: ChildProcess[] = [];
  beforeAll(() =>
    build({
      entryPoints: ['src/testing/cli/main.ts'],
      outfile: BUILT,
      bundle: true,
      platform: 'node',
      format: 'esm',
    }),
  );
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  function start(...args: string[]) {
    const child = spawn(process.execPath, [BUILT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  }

  async function run(...args: string[]): Promise<Ended> {
    const child = start(...args);
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  }

  /** The output of the running command, and its lines for a `.env` file. */
  async function printed(child: ReturnType<typeof start>) {
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    const stdout = chunk.toString();
    const env = Object.fromEntries(
      [...stdout.matchAll(/^(WECHAT_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    ) as Record<string, string>;
    return { stdout, env };
  }

  const post = async (url: string, body: object): Promise<unknown> =>
    (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json();

  const login = async (url: string, appid: string, secret: string): Promise<unknown> => {
    const { code } = (await post(`${url}/sandbox/codes`, { appid })) as { code: string };
    const query = { appid, secret, js_code: code, grant_type: 'authorization_code' };
    const search = new URLSearchParams(query).toString();
    return (await fetch(`${url}/sns/jscode2session?${search}`)).json();
  };

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints its configuration, responds to a login, and ends with %s',
    async (signal) => {
      const child = start('--port', '0');
      const { stdout, env } = await printed(child);
      const { WECHAT_BASE_URL: url = '', WECHAT_APPID = '', WECHAT_SECRET = '' } = env;
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(stdout).toContain(`curl -X POST ${url}/sandbox/codes -d '{"openid":"o-anna"}'`);
      expect(stdout).toContain(`curl -X POST ${url}/sandbox/faults -d '{"fault":40029}'`);
      expect(Buffer.byteLength(WECHAT_SECRET)).toBe(32);
      expect(await login(url, WECHAT_APPID, WECHAT_SECRET)).toMatchObject({
        openid: expect.any(String),
      });
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );

  it('accepts only the apps that it is started with', async () => {
    const child = start('--port=0', '--app', 'wx-a:secret:of-a', '--app', 'wx-b:secret-of-b');
    const { WECHAT_BASE_URL: url = '', ...names } = (await printed(child)).env;
    expect(names).toEqual({
      WECHAT_APPID: 'wx-a,wx-b',
      WECHAT_SECRET: 'secret:of-a,secret-of-b',
    });
    expect(await login(url, 'wx-a', 'secret:of-a')).toHaveProperty('openid');
    expect(await login(url, 'wx-b', 'secret-of-a')).toMatchObject({ errcode: 40125 });
  });

  it('prints its options with --help', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/^ +--\w+/gm)?.map((option) => option.trim())).toEqual([
      '--port',
      '--app',
      '--help',
    ]);
  });

  it('prints in one line that its port is taken', async () => {
    const wechat = await WechatSandbox.start();
    const { port } = new URL(wechat.url);
    const ended = await run('--port', port);
    await wechat.close();
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `nestjs-wechat-sandbox: Port ${port} is taken: choose another with --port.\n`,
    });
  });

  it.each([
    [['--port', '-1'], '--port'],
    [['--app', 'wx-a'], '--app must be appid:secret'],
    [['--host', '0.0.0.0'], "Unknown option '--host'"],
  ])('refuses %j in one line', async (args, reason) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(reason);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
