import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { startPostgres } from '../../examples/demo/postgres/postgres.js';
import { temporaryFolder } from '../../examples/demo/postgres/postgres-home.js';
import { wechatAuthMigrations } from '../../src/index.js';

/** The settings that differ from the defaults of PostgreSQL. */
export const POSTGRES_FLAGS = ['shared_buffers=1GB', 'max_wal_size=8GB', 'max_connections=300'];

/** A PostgreSQL for this run; it ends with this process, and its data are deleted. */
export interface Database {
  readonly url: string;
  readonly version: string;
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

export async function startDatabase(): Promise<Database> {
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
  // The entity of the peers leaves the id to Postgres, as most do.
  await client.query('ALTER TABLE wechat_user ALTER COLUMN id SET DEFAULT gen_random_uuid()');
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  return {
    url,
    version: rows[0]?.server_version ?? '',
    query: async <Row>(sql: string, values: readonly unknown[] = []) =>
      (await client.query(sql, [...values])).rows as Row[],
    stop: async () => {
      await client.end();
      await postgres.stop();
    },
  };
}

/** Half of the users have a unionid; the sealed session_key is as long as a real one. */
export async function addUsers(database: Database, users: number, appid: string): Promise<void> {
  await database.query(
    `INSERT INTO wechat_user
       (id, appid, openid, unionid, session_key, session_key_at, last_login_at)
     SELECT md5('user ' || n)::uuid, $2, 'o-user-' || lpad(n::text, 21, '0'),
       CASE WHEN n % 2 = 0 THEN 'o-union-' || lpad(n::text, 20, '0') END,
       substr(sha512(n::text::bytea), 1, 57), now(), now()
     FROM generate_series(0, $1::int - 1) AS n`,
    [users, appid],
  );
  await settle(database, 'wechat_user');
}

/** Fills the table with sessions of other users, without tokens in the run, up to a number of rows. */
export async function setRevokedSessions(database: Database, rows: number): Promise<void> {
  const count = 'SELECT count(*)::int AS count FROM wechat_revoked_session';
  let [{ count: there } = { count: 0 }] = await database.query<{ count: number }>(count);
  if (there === rows) return;
  if (there > rows) {
    await database.query('TRUNCATE wechat_revoked_session');
    there = 0;
  }
  await database.query(
    `INSERT INTO wechat_revoked_session (user_id, id, expires_at)
     SELECT gen_random_uuid(), gen_random_uuid(), now() + random() * interval '2 hours'
     FROM generate_series(1, $1::int)`,
    [rows - there],
  );
  await settle(database, 'wechat_revoked_session');
}

/** Prevents autovacuum and checkpoints during a measurement. */
async function settle(database: Database, table: string): Promise<void> {
  await database.query(`VACUUM (ANALYZE) ${table}`);
  await database.query('CHECKPOINT');
}
