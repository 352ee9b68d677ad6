import type { QueryResultRow } from 'pg';
import type { PostgresServer } from './postgres-server.js';
import { sql } from './sql.js';

const ROLE = 'chaos_app';
/** Not a real secret: the server listens on the loopback interface, and is removed at the end. */
const PASSWORD = 'chaos';

/** The database of the apps, and their role in it. */
export class Database {
  private constructor(
    private readonly postgres: PostgresServer,
    readonly name: string,
  ) {}

  static readonly role = ROLE;
  static readonly password = PASSWORD;

  static async create(postgres: PostgresServer, name: string): Promise<Database> {
    const url = postgres.url();
    await sql(
      url,
      `DO $$ BEGIN CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}';
       EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    await sql(url, `CREATE DATABASE ${name} OWNER ${ROLE}`);
    return new Database(postgres, name);
  }

  /** The URL of an app, through `port`. */
  urlFor(app: string, port: number): string {
    return `postgres://${ROLE}:${PASSWORD}@127.0.0.1:${String(port)}/${this.name}?application_name=${app}`;
  }

  /** As the superuser, without a proxy. */
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    return sql(this.url, text, values);
  }

  get url(): string {
    return this.postgres.url(this.name);
  }

  /** Ends connections of the apps, each with this probability. @returns their number */
  async terminate(share = 1): Promise<number> {
    const rows = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE usename = '${ROLE}' AND application_name LIKE 'app-%' AND random() < $1`,
      [share],
    );
    return rows.length;
  }
}
