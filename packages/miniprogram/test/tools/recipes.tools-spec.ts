import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { SessionsService } from '../../../../src/index.js';
import { platforms } from '../../../../test/support/platforms.js';
import { until } from '../../../../test/support/until.js';
import { startStage, type Stage } from '../support/stage.js';
import { PATIENCE_MS } from './support/stage.js';
import type { NodeWx } from '../support/node-wx.js';
import { install, newFolder, removeFolders, repository } from './support/install.js';

const project = await install(
  { dependencies: { alova: '^3.5.5', axios: '^1.21.1', 'luch-request': '^3.1.1' } },
  newFolder(),
);

/** The code under a heading of a README. */
function recipe(readme: string, heading: string): string {
  const text = readFileSync(join(repository, 'packages/miniprogram', readme), 'utf8');
  const [, section = ''] = text.split(`### ${heading}\n`);
  const [, code = ''] = /```js\n(.*?)```/s.exec(section) ?? [];
  return code;
}

const SESSION = `
  import { createWxSession } from 'nestjs-wechat-auth-miniprogram';
  export const session = createWxSession({ baseUrl: 'https://api.example.com' });
`;

describe.each(['README.md', 'README.zh-CN.md'])('the recipes of %s', (readme) => {
  it.each(['wx.connectSocket', 'axios', 'alova', 'luch-request'])('say the same for %s', (name) => {
    const code = (file: string): string => recipe(file, name).replace(/ *\/\/ .*\n/g, '');
    expect(code(readme)).toContain('session');
    expect(code(readme)).toBe(code('README.md'));
  });
});

(project === undefined ? describe.skip : describe)('the recipe of the README', () => {
  let stage: Stage;
  let wx: NodeWx;

  beforeAll(async () => {
    stage = await startStage(platforms[0]);
  });
  afterAll(async () => {
    await stage.close();
    await removeFolders();
  });
  beforeEach(() => {
    ({ wx } = stage.phone());
    stage.calls.names.length = 0;
  });

  /** The exports of a recipe, run with the packed client as bundled. */
  async function load(heading: string): Promise<Record<string, unknown>> {
    const folder = String(project);
    const pointed = (code: string): string =>
      code
        .replace('https://api.example.com', stage.url)
        .replace('wss://api.example.com', stage.url.replace('http', 'ws'));
    writeFileSync(join(folder, 'session.js'), pointed(SESSION));
    writeFileSync(join(folder, 'recipe.js'), pointed(recipe('README.md', heading)));
    const { outputFiles } = await build({
      entryPoints: [join(folder, 'recipe.js')],
      bundle: true,
      format: 'cjs',
      target: 'es2017',
      platform: 'browser',
      write: false,
    });
    const module = { exports: {} };
    Object.assign(globalThis, { wx, uni: wx });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    new Function('module', 'exports', outputFiles[0]?.text ?? '')(module, module.exports);
    return module.exports;
  }

  /** Gets and posts; the session ends in between. */
  async function expectToWork(
    get: () => Promise<unknown>,
    post: () => Promise<unknown>,
  ): Promise<void> {
    expect(await get()).toEqual({ name: 'list' });
    await stage.end(wx.token);
    wx.forgetAll();
    expect(await post()).toEqual({ name: 'create' });
    expect([wx.logins, wx.paths]).toEqual([1, ['POST /orders', 'POST /orders']]);
    await stage.end(wx.token);
    wx.forgetAll();
    await Promise.all(Array.from({ length: 5 }, get));
    expect(wx.logins).toBe(1);
  }

  it('works for axios', async () => {
    type Call = (url: string, options?: object) => Promise<{ data: unknown }>;
    const { http } = (await load('axios')) as { http: Record<'get' | 'post', Call> };
    await expectToWork(
      async () => (await http.get('/orders', { params: { page: 1 } })).data,
      async () => (await http.post('/orders', { amount: 1 })).data,
    );
    await expect(http.get('/nowhere')).rejects.toMatchObject({ response: { status: 404 } });
  });

  it('works for alova', async () => {
    type Call = (url: string, options: object) => Promise<unknown>;
    const { alova } = (await load('alova')) as { alova: Record<'Get' | 'Post', Call> };
    await expectToWork(
      async () => alova.Get('/orders', { cacheFor: 0 }),
      async () => alova.Post('/orders', { amount: 1 }),
    );
  });

  it('works for luch-request', async () => {
    type Call = (url: string, data?: object) => Promise<{ data: unknown }>;
    const { http } = (await load('luch-request')) as { http: Record<'get' | 'post', Call> };
    await expectToWork(
      async () => (await http.get('/orders')).data,
      async () => (await http.post('/orders', { amount: 1 })).data,
    );
    await expect(http.get('/nowhere')).rejects.toMatchObject({ statusCode: 404 });
  });

  it('works for wx.connectSocket', async () => {
    const { openSocket } = (await load('wx.connectSocket')) as {
      openSocket: () => Promise<unknown>;
    };
    const opened: (string | undefined)[] = [];
    const server = stage.app.getHttpServer() as Server;
    server.on('upgrade', ({ headers }: IncomingMessage, socket: Duplex) => {
      const token = headers.authorization?.slice('Bearer '.length) ?? '';
      stage.app
        .get(SessionsService)
        .verify(token)
        .then(
          ({ userId }) => {
            opened.push(userId);
            socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n');
          },
          () => {
            socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
          },
        );
    });
    await openSocket();
    await until(() => opened.length === 1, PATIENCE_MS);
    await stage.end(wx.token);
    await openSocket();
    await until(() => opened.length === 2, PATIENCE_MS);
    expect(new Set(opened).size).toBe(1);
    expect(wx.logins).toBe(2);
  });
});
