import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { dataFolder, temporaryFolder } from '../examples/demo/postgres/postgres-home.js';
import {
  freePort,
  startPostgres,
  type RunningPostgres,
} from '../examples/demo/postgres/postgres.js';
import { WechatSandbox } from '../src/testing/index.js';
import { startApp } from './support/app.js';
import { call, logIn } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms } from './support/platforms.js';
import { until } from './support/until.js';

describe('with a primary and a standby', () => {
  const folders = [temporaryFolder(), temporaryFolder()] as const;
  let primary: RunningPostgres;
  let standby: RunningPostgres;
  let wechat: WechatSandbox;

  beforeAll(async () => {
    wechat = await WechatSandbox.start();
    const port = await freePort();
    const [dataDir, copy] = folders;
    const options = { dataDir, port, persistent: true } as const;
    await (await startPostgres(options)).stop();
    execFileSync('cp', ['-a', `${dataFolder(dataDir)}/.`, dataFolder(copy)]);
    closeSync(openSync(join(dataFolder(copy), 'data', 'standby.signal'), 'w'));
    primary = await startPostgres(options);
    const { username, password } = new URL(primary.url());
    standby = await startPostgres({
      dataDir: copy,
      persistent: true,
      flags: [
        '-c',
        `primary_conninfo=host=127.0.0.1 port=${String(port)} user=${username} password=${password}`,
      ],
    });
  }, 60_000);

  afterAll(async () => {
    await standby.stop();
    await primary.stop();
    await wechat.close();
    for (const folder of folders) await rm(dataFolder(folder), { recursive: true, force: true });
  });

  const query = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  describe.each(platforms)('over $name', (platform) => {
    it('[M-27] asks the primary whether a session is live, even if reads go to a standby that lags', async () => {
      const server = await startApp({
        platform,
        databaseUrl: primary.url(),
        wechatUrl: wechat.url,
        typeOrm: {
          replication: { master: { url: primary.url() }, slaves: [{ url: standby.url() }] },
        },
      });
      await until(
        async () =>
          (await query(standby.url(), `SELECT FROM pg_class WHERE relname = 'wechat_user'`))
            .length > 0,
      );
      await query(standby.url(), 'SELECT pg_wal_replay_pause()');
      try {
        const token = await logIn(server.url, wechat.issueCode());
        expect((await call('GET', `${server.url}/me`, { token })).status).toBe(200);
        expect((await call('DELETE', `${server.url}/wechat/session`, { token })).status).toBe(204);
        expect((await call('GET', `${server.url}/me`, { token })).body).toMatchObject({
          statusCode: 401,
          errorCode: 'WX_SESSION_REVOKED',
        });
      } finally {
        await query(standby.url(), 'SELECT pg_wal_replay_resume()');
        await server.app.close();
      }
    });

    it('[M-27] accepts no session on the answer of a standby, and logs the reason', async () => {
      const options = { platform, wechatUrl: wechat.url };
      const onPrimary = await startApp({ ...options, databaseUrl: primary.url() });
      const logger = new LogCapture();
      const onStandby = await startApp({
        ...options,
        databaseUrl: standby.url(),
        typeOrm: { migrationsRun: false },
        logger,
      });
      const token = await logIn(onPrimary.url, wechat.issueCode());
      expect((await call('GET', `${onPrimary.url}/wechat/session`, { token })).status).toBe(200);
      expect((await call('GET', `${onStandby.url}/wechat/session`, { token })).body).toMatchObject({
        statusCode: 503,
        errorCode: 'WX_STORE_UNAVAILABLE',
        action: 'retry',
      });
      expect(logger.text).toContain('WX_STORE_UNAVAILABLE: this server is a standby');
      await onPrimary.app.close();
      await onStandby.app.close();
    });
  });
});
