import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { isPg, type Connection, type Result } from './connection.js';

/** A change of a table has made a prepared statement unusable (feature_not_supported). */
const TABLE_CHANGED = '0A000';

/**
 * The connection has other prepared statements than those it was given: invalid_sql_statement_name,
 * duplicate_prepared_statement. A pooler has changed the session behind it, or somebody has run
 * `DISCARD ALL` or `DEALLOCATE ALL`.
 */
const OTHER_SESSION = ['26000', '42P05'];

/** As a single `DISCARD ALL` is no reason to give up. */
const MAX_OTHER_SESSIONS = 3;

/** Parsers that the host has set in `pg` must not change what we read. */
const types = { getTypeParser: () => (text: string) => text };

/**
 * Runs statements that each connection parses once: half of what our statements cost is parsing and
 * planning. In each of the errors above Postgres has done nothing, so the statement is sent again,
 * once, under a new name.
 */
export class PreparedStatements {
  private readonly logger = new Logger('WechatAuth');
  private readonly names = new Map<string, string>();
  private generation = 0;
  private otherSessions = 0;

  async query(connection: Connection, text: string, values: readonly unknown[]): Promise<Result> {
    if (!isPg(connection)) return connection.query(text, values);
    const name = this.nameOf(text);
    try {
      return await connection.query({ ...name, text, values, types });
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (code !== TABLE_CHANGED && !OTHER_SESSION.includes(code)) throw error;
      // Another query may have renamed the statements since: then this is the same cause.
      if (this.names.get(text) === name.name) this.rename(error as Error, code);
      return connection.query({ ...this.nameOf(text), text, values, types });
    }
  }

  /** Made of the text, so that one name never stands for two statements on a shared connection. */
  private nameOf(text: string): { name?: string } {
    if (this.otherSessions === MAX_OTHER_SESSIONS) return {};
    let name = this.names.get(text);
    if (name === undefined) {
      const hash = createHash('sha256')
        .update(`${String(this.generation)} ${text}`)
        .digest('hex');
      name = `wechat_auth_${hash.slice(0, 32)}`;
      this.names.set(text, name);
    }
    return { name };
  }

  private rename({ message }: Error, code: string): void {
    this.generation++;
    this.names.clear();
    if (code === TABLE_CHANGED) {
      this.logger.log(`A table has changed, statements are prepared again: ${message} (${code})`);
    } else if (++this.otherSessions === MAX_OTHER_SESSIONS) {
      this.logger.warn(
        `Statements are no longer prepared, as the connections lose them: ${message} (${code}). Behind PgBouncer, use version 1.21 or later with max_prepared_statements.`,
      );
    }
  }
}
