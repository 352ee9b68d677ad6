import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LogCapture } from '../../test/support/log-capture.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { MissingTables } from './missing-tables.js';
import { PostgresClient } from './postgres-client.js';

describe('MissingTables', () => {
  let test: TestPostgres;
  let proxy: TcpProxy;
  let logger: LogCapture;

  beforeEach(async () => {
    Logger.overrideLogger((logger = new LogCapture()));
    test = await createTestPostgres({}, async (url) => {
      proxy = await TcpProxy.start(url);
      return proxy.through(url);
    });
    test.queries.count = 0;
  });
  afterEach(async () => {
    await proxy.close();
    await test.close();
    Logger.overrideLogger(false);
  });

  const look = (): Promise<void> =>
    new MissingTables(test.client, test.dataSource).onApplicationBootstrap();

  it('says nothing if all tables are there', async () => {
    await look();
    expect([test.queries.count, logger.lines]).toEqual([1, []]);
  });

  it('names a table that is missing, and the remedy', async () => {
    await test.database.query('DROP TABLE wechat_revoked_session');
    await look();
    expect(logger.lines).toEqual([
      expect.stringMatching(
        /^error Postgres has no table "wechat_revoked_session"\. Run wechatAuthMigrations: .* WechatAuth$/,
      ),
    ]);
  });

  it('does not look before the app has connected', async () => {
    await test.dataSource.destroy();
    await look();
    expect(logger.lines).toEqual([]);
    await test.dataSource.initialize();
  });

  it('does not keep the app from starting during an outage', async () => {
    await proxy.close();
    await look();
    expect(logger.lines).toEqual([expect.stringMatching(/^error WX_STORE_UNAVAILABLE/)]);
  });

  it('passes on a mistake of the app', async () => {
    const { url } = test.database;
    const without = await new DataSource({ type: 'postgres', url, entities: [] }).initialize();
    const client = new PostgresClient(without, new AggregatedLogger());
    const looking = new MissingTables(client, without).onApplicationBootstrap();
    await expect(looking).rejects.toThrow('No metadata for "WechatUser" was found');
    await without.destroy();
  });
});
