import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';

/** A new database, for one test file. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Runs a statement through pg, without TypeORM and the library. */
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** A connection that stays open, for locks and transactions. */
  connect(): Promise<Client>;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.TEST_POSTGRES_URL;
  if (server === undefined) throw new Error('Run the tests with "npm test": it starts PostgreSQL.');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await run(server, `CREATE DATABASE ${name}`);
  return {
    name,
    url: url.href,
    query: (sql, parameters) => run(url.href, sql, parameters),
    connect: async () => {
      const client = new Client({ connectionString: url.href });
      await client.connect();
      return client;
    },
    drop: async () => {
      await run(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function run<Row>(url: string, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Row & QueryResultRow>(sql, parameters);
    return rows;
  } finally {
    await client.end();
  }
}
