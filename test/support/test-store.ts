import { DataSource, type DataSourceOptions } from 'typeorm';
import { wechatAuthMigrations } from '../../src/migrations/index.js';
import { WechatStore } from '../../src/store/wechat-store.js';
import { wechatAuthEntities } from '../../src/wechat-auth.entities.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { QueryCount } from './query-count.js';

/** A store of ours on a database of its own. */
export interface TestStore {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
  readonly store: WechatStore;
  readonly queries: QueryCount;
  /** Opens new connections in place of those there are. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

export async function createTestStore(
  options: Partial<DataSourceOptions> = {},
): Promise<TestStore> {
  const database = await createTestDatabase();
  const queries = new QueryCount();
  const dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    entities: wechatAuthEntities,
    migrations: wechatAuthMigrations,
    migrationsRun: true,
    logger: queries,
    logging: ['query'],
    ...options,
  } as DataSourceOptions).initialize();
  queries.count = 0;
  return {
    database,
    dataSource,
    store: new WechatStore(dataSource),
    queries,
    reconnect: async () => {
      await dataSource.destroy();
      await dataSource.initialize();
    },
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
