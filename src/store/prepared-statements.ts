import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';

/** What we use of a connection of `pg`, or of what a host has put in its place, such as PGlite. */
export interface Connection {
  query<Row>(text: string, values: readonly unknown[]): Promise<Result<Row>>;
  /** Of `pg` alone. */
  query<Row>(statement: NamedStatement): Promise<Result<Row>>;
  readonly connectionParameters?: object;
  end(): Promise<void>;
}

export interface Result<Row> {
  readonly rows: readonly Row[];
  /** Of `pg` alone. */
  readonly rowCount?: number | null;
}

interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * What Postgres says where a prepared statement is not what we think it is: behind a pooler that
 * knows nothing of them it is on another connection (invalid_sql_statement_name) or there already
 * (duplicate_prepared_statement), and after a change of a table it can be of no more use
 * (feature_not_supported). In each case nothing was done.
 */
const UNPREPARED = new Set<unknown>(['26000', '42P05', '0A000']);

/**
 * Runs statements that each connection parses once, and plans as often as it finds useful: that is
 * half of what a statement of ours costs. Where something on the way to Postgres cannot have it,
 * statements are parsed each time.
 */
export class PreparedStatements {
  private readonly logger = new Logger('WechatAuth');
  private readonly names = new Map<string, string>();
  private arePossible = true;

  async query<Row>(
    connection: Connection,
    text: string,
    values: readonly unknown[],
  ): Promise<Result<Row>> {
    const isPg = connection.connectionParameters !== undefined;
    if (!isPg || !this.arePossible) return connection.query<Row>(text, values);
    try {
      return await connection.query<Row>({ name: this.nameOf(text), text, values });
    } catch (error) {
      if (!UNPREPARED.has((error as { code?: unknown }).code)) throw error;
      this.giveUp(error as Error);
      return connection.query<Row>(text, values);
    }
  }

  /** Of the text, so that one name never stands for two statements, whoever shares a connection. */
  private nameOf(text: string): string {
    let name = this.names.get(text);
    if (name === undefined) {
      name = `wechat_auth_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
      this.names.set(text, name);
    }
    return name;
  }

  private giveUp({ message }: Error): void {
    if (!this.arePossible) return;
    this.arePossible = false;
    this.logger.warn(
      `Prepared statements do not last here (${message}), so ours are parsed at each use from now on. A pooler between? PgBouncer has them from 1.21 with max_prepared_statements.`,
    );
  }
}
