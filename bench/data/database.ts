import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { wechatAuthMigrations } from '../../src/index.js';
import { temporaryFolder } from '../../examples/demo/postgres/postgres-home.js';
import { startPostgres } from '../../examples/demo/postgres/postgres.js';
import { APP } from './apps.js';
import { fillRevokedSessions, fillUsers, NEWCOMER } from './population.js';

/** What differs from how PostgreSQL comes, beside the number of connections. */
export const POSTGRES_FLAGS = ['shared_buffers=1GB', 'max_wal_size=8GB', 'max_connections=300'];

/** Bytes of a table, per row. */
export interface RowSize {
  readonly heap: number;
  readonly indexes: number;
}

export class BenchDatabase {
  private constructor(
    readonly url: string,
    private readonly client: Client,
    private readonly stopServer: () => Promise<void>,
  ) {}

  /** A Postgres of our own, with our migrations; it is gone with its data in the end. */
  static async start(): Promise<BenchDatabase> {
    const postgres = await startPostgres({
      dataDir: temporaryFolder(),
      persistent: false,
      flags: POSTGRES_FLAGS.flatMap((flag) => ['-c', flag]),
    });
    const url = postgres.url();
    const dataSource = new DataSource({ type: 'postgres', url, migrations: wechatAuthMigrations });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.destroy();
    const client = new Client({ connectionString: url });
    await client.connect();
    // The entities of our peers leave the id to Postgres, as most do.
    await client.query('ALTER TABLE wechat_user ALTER COLUMN id SET DEFAULT gen_random_uuid()');
    return new BenchDatabase(url, client, () => postgres.stop());
  }

  async fill(users: number, revokedSessions: number): Promise<void> {
    await this.client.query(fillUsers(users, APP.appid));
    await this.client.query(fillRevokedSessions(revokedSessions));
    await this.client.query('VACUUM (ANALYZE)');
    await this.client.query('CHECKPOINT');
  }

  async addRevokedSessions(rows: number): Promise<void> {
    await this.client.query(fillRevokedSessions(rows));
    await this.client.query('VACUUM (ANALYZE) wechat_revoked_session');
    await this.client.query('CHECKPOINT');
  }

  async revoke(sessions: readonly { userId: string; id: string }[]): Promise<void> {
    await this.client.query(
      `INSERT INTO wechat_revoked_session (user_id, id, expires_at)
       SELECT *, now() + interval '2 hours' FROM unnest($1::uuid[], $2::uuid[])`,
      [sessions.map((session) => session.userId), sessions.map((session) => session.id)],
    );
  }

  async forgetRevokedSessions(): Promise<void> {
    await this.client.query('TRUNCATE wechat_revoked_session');
  }

  async rowSize(table: 'wechat_user' | 'wechat_revoked_session'): Promise<RowSize> {
    const { rows } = await this.client.query<RowSize>(
      `SELECT pg_table_size('${table}')::float8 / count(*) AS heap,
         pg_indexes_size('${table}')::float8 / count(*) AS indexes FROM ${table}`,
    );
    return rows[0] ?? { heap: NaN, indexes: NaN };
  }

  async newcomers(): Promise<number> {
    const { rows } = await this.client.query<{ n: number }>(
      `SELECT count(*)::float8 AS n FROM wechat_user
       WHERE appid = $1 AND openid >= $2 AND openid < $2 || '~'`,
      [APP.appid, NEWCOMER],
    );
    return rows[0]?.n ?? NaN;
  }

  async version(): Promise<string> {
    const { rows } = await this.client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.stopServer();
  }
}
