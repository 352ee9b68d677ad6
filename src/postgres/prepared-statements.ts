import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { isPg, type Connection, type Result } from './connection.js';

/** A prepared statement is unusable because its table has changed (feature_not_supported). */
const TABLE_CHANGED = '0A000';

/**
 * The connection does not have the prepared statements that were sent on it:
 * invalid_sql_statement_name, duplicate_prepared_statement. A pooler has changed the session behind
 * it, or another client has run `DISCARD ALL` or `DEALLOCATE ALL`.
 */
const OTHER_SESSION = ['26000', '42P05'];

/** A single `DISCARD ALL` is no reason to stop preparing statements. */
const MAX_OTHER_SESSIONS = 3;

/** Type parsers that the app has set in `pg` must not change what we read. */
const types = { getTypeParser: () => (text: string) => text };

/**
 * Runs statements that each connection parses only once: parsing and planning are half of the cost
 * of our statements. After one of the errors above, Postgres has done nothing, so the statement is
 * sent once more under a new name.
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
      // If another query has renamed the statements in the meantime, the cause is the same.
      if (this.names.get(text) === name.name) this.rename(error as Error, code);
      return connection.query({ ...this.nameOf(text), text, values, types });
    }
  }

  /** A hash of the text, so that one name never means two statements on a shared connection. */
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
