import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WechatSandbox } from '../src/testing/index.js';
import { startApp } from './support/app.js';
import { call, logIn, type Answer } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import {
  freePort,
  startPostgres,
  type RunningPostgres,
} from '../examples/demo/postgres/postgres.js';

/** A TCP proxy in front of Postgres that can drop all data, as a failing network does. */
async function startProxy(
  target: number,
): Promise<{ port: number; drop(on: boolean): void; close(): void }> {
  const sockets = new Set<Socket>();
  let dropping = false;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => dropping || to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    drop: (on) => {
      dropping = on;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const unavailable = { statusCode: 503, errorCode: 'WX_STORE_UNAVAILABLE', action: 'retry' };

describe.each(platforms)('outages over $name', (platform) => {
  let folder: string;
  let postgres: RunningPostgres;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let token: string;
  let revoked: string;

  const start = (port?: number): Promise<RunningPostgres> =>
    startPostgres({ dataDir: join(folder, 'data'), persistent: true, ...(port && { port }) });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-outage-'));
    chmodSync(folder, 0o755);
    postgres = await start();
    proxy = await startProxy(postgres.port);
    wechat = await WechatSandbox.start();
    const databaseUrl = postgres
      .url()
      .replace(`:${String(postgres.port)}/`, `:${String(proxy.port)}/`);
    server = await startApp({ platform, databaseUrl, wechatUrl: wechat.url });
    token = await logIn(server.url, wechat.issueCode());
    revoked = await logIn(server.url, wechat.issueCode());
    await call('DELETE', `${server.url}/wechat/session`, { token: revoked });
  });

  afterAll(async () => {
    await server.app.close();
    await wechat.close();
    proxy.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const me = (bearer = token): Promise<Answer> =>
    call('GET', `${server.url}/me`, { token: bearer });
  const everyRoute = (): Promise<Answer[]> =>
    Promise.all([
      me(),
      me(revoked),
      call('GET', `${server.url}/wechat/session`, { token }),
      call('DELETE', `${server.url}/wechat/session`, { token }),
      call('DELETE', `${server.url}/wechat/sessions`, { token }),
      call('POST', `${server.url}/wechat/login`, { body: { code: wechat.issueCode() } }),
    ]);
  const expectUnavailable = (answers: Answer[]): void => {
    for (const answer of answers) {
      expect(answer.body).toMatchObject(unavailable);
      expect(answer.headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
      expect(answer.headers['www-authenticate']).toBeUndefined();
    }
  };
  /** Without a restart of the app or any other call. */
  const expectRecovery = async (): Promise<void> => {
    let answer = await me();
    for (let tries = 0; answer.status === 503 && tries < 20; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await me();
    }
    expect(answer.status).toBe(200);
    expect((await me(revoked)).body).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
    expect(await logIn(server.url, wechat.issueCode())).toBeTruthy();
  };

  it('[M-13] Postgres stopped: every route returns 503, and recovers once Postgres runs again', async () => {
    await postgres.stop();
    expectUnavailable(await everyRoute());
    expect((await me('wrong')).body).toMatchObject({ errorCode: 'WX_SESSION_INVALID' });
    postgres = await start(postgres.port);
    await expectRecovery();
  });

  it('[M-07] Postgres restarted: a session that ended before is still refused', async () => {
    await postgres.stop();
    postgres = await start(postgres.port);
    await expectRecovery();
  });

  it('[M-13] Postgres not responding: every route returns 503 within seconds, and recovers', async () => {
    await Promise.all(Array.from({ length: 10 }, () => me()));
    proxy.drop(true);
    const started = Date.now();
    const answers = await Promise.all([
      everyRoute(),
      Promise.all(Array.from({ length: 20 }, () => me())),
    ]);
    // The limit is five seconds; the rest is for a loaded machine.
    expect(Date.now() - started).toBeLessThan(9000);
    expectUnavailable(answers.flat());
    proxy.drop(false);
    await expectRecovery();
  });

  it('[M-13] WeChat down: logins return 503, and sessions keep working', async () => {
    wechat.fail('http-502', Infinity);
    const login = await call('POST', `${server.url}/wechat/login`, {
      body: { code: wechat.issueCode() },
    });
    expect(login.body).toMatchObject({ statusCode: 503, errorCode: 'WX_UPSTREAM_UNAVAILABLE' });
    expect((await me()).status).toBe(200);
    wechat.recover();
    expect((await call('DELETE', `${server.url}/wechat/session`, { token })).status).toBe(204);
    expect((await me()).body).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
  });
});
