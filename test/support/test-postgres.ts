import { DataSource, type DataSourceOptions } from 'typeorm';
import { wechatAuthMigrations } from '../../src/postgres/migrations/index.js';
import { AggregatedLogger } from '../../src/common/aggregated-logger.js';
import { PostgresClock } from '../../src/postgres/postgres-clock.js';
import { RevocationsRepository } from '../../src/postgres/revocations.repository.js';
import { UsersRepository } from '../../src/postgres/users.repository.js';
import { PostgresClient } from '../../src/postgres/postgres-client.js';
import { wechatAuthEntities } from '../../src/postgres/entities.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { QueryCount } from './query-count.js';

/** The classes of src/postgres, on a new database. */
export interface TestPostgres {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
  readonly client: PostgresClient;
  readonly clock: PostgresClock;
  readonly users: UsersRepository;
  readonly revocations: RevocationsRepository;
  readonly queries: QueryCount;
  /** Closes all connections and opens new ones. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

export async function createTestPostgres(
  options: Partial<DataSourceOptions> = {},
  route: (url: string) => Promise<string> = (url) => Promise.resolve(url),
): Promise<TestPostgres> {
  const database = await createTestDatabase();
  const queries = new QueryCount();
  const dataSource = await new DataSource({
    type: 'postgres',
    url: await route(database.url),
    entities: wechatAuthEntities,
    migrations: wechatAuthMigrations,
    migrationsRun: true,
    logger: queries,
    logging: ['query'],
    ...options,
  } as DataSourceOptions).initialize();
  queries.count = 0;
  const logger = new AggregatedLogger();
  const client = new PostgresClient(dataSource, logger);
  const clock = new PostgresClock(client);
  await clock.timeOf(0);
  queries.count = 0;
  return {
    database,
    dataSource,
    client,
    clock,
    users: new UsersRepository(client, clock),
    revocations: new RevocationsRepository(client, clock),
    queries,
    reconnect: async () => {
      await dataSource.destroy();
      await dataSource.initialize();
    },
    close: async () => {
      // Held lines must not appear in the next test.
      logger.flush();
      await dataSource.destroy();
      await database.drop();
    },
  };
}
