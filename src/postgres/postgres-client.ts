import { Inject, Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
} from 'typeorm';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { Connection, Result } from './connection.js';
import { ConnectionUse, type Work } from './connection-use.js';
import { Pool } from './pool.js';
import { PostgresError } from './postgres-error.js';
import { PreparedStatements } from './prepared-statements.js';
import { withQueryObservers } from './query-observers.js';
import { Row } from './row.js';
import { Semaphore } from './semaphore.js';

/** Injects the app's DataSource under any name. */
export const WECHAT_AUTH_DATA_SOURCE = Symbol('WECHAT_AUTH_DATA_SOURCE');

/** What runs statements: the client, or a transaction of it. */
export type Statements = Pick<PostgresClient, 'query'>;

/** A transaction for our statements and those of a login hook. */
export interface Transaction extends Statements {
  readonly manager: EntityManager;
}

/** No caller waits longer than this for Postgres, even if connecting hangs. */
export const TIMEOUT_MS = 5000;

/** Runs our statements on the app's Postgres; every failure becomes `WX_STORE_UNAVAILABLE`. */
@Injectable()
export class PostgresClient {
  private readonly statements = new PreparedStatements();
  private readonly tables = new Map<EntityTarget<ObjectLiteral>, string>();
  private readonly pool = new Pool();
  // A caller can stop waiting here, but not in the pool.
  private readonly places = new Semaphore(() => this.pool.size);

  constructor(
    @Inject(WECHAT_AUTH_DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly logger: AggregatedLogger,
  ) {}

  /** The table of an entity, quoted, with the schema and prefix of the DataSource. */
  table(entity: EntityTarget<ObjectLiteral>): string {
    let table = this.tables.get(entity);
    if (table === undefined) {
      const path = this.dataSource.getMetadata(entity).tablePath.split('.');
      table = path.map((name) => this.dataSource.driver.escape(name)).join('.');
      this.tables.set(entity, table);
    }
    return table;
  }

  /**
   * Runs one statement on the primary: a replica may not know of a logout yet.
   *
   * @param read - converts each row; an error in it counts as a failure of Postgres.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`, after five seconds at the latest
   */
  async query<T>(sql: string, values: unknown[], read: (row: Row) => T): Promise<T[]> {
    try {
      const { rows } = await this.run(sql, values);
      return rows.map((row) => read(new Row(row)));
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  /**
   * Runs `work` in one transaction on the primary, within five seconds in total.
   * @throws what `work` throws; then nothing has been stored.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    let failure: { error: unknown } | undefined;
    try {
      return await this.use((runner, connection, use) =>
        inTransaction(runner, use, async () => {
          const query: Transaction['query'] = async (sql, values, read) => {
            const { rows } = await this.send(runner, connection, sql, values);
            return rows.map((row) => read(new Row(row)));
          };
          return work({ manager: runner.manager, query }).catch((error: unknown) => {
            failure = { error };
            throw error;
          });
        }),
      );
    } catch (error) {
      if (failure?.error === error) throw error;
      throw this.unavailable(error);
    }
  }

  protected run(sql: string, values: unknown[]): Promise<Result> {
    return this.use((runner, connection) => this.send(runner, connection, sql, values));
  }

  private send(
    runner: QueryRunner,
    connection: Connection,
    sql: string,
    values: unknown[],
  ): Promise<Result> {
    return withQueryObservers(this.dataSource, runner, sql, values, () =>
      this.statements.query(connection, sql, values),
    );
  }

  private async use<T>(work: Work<T>): Promise<T> {
    const { master } = this.dataSource.driver as { master?: object };
    if (master !== undefined) this.pool.prepare(master);
    const use = new ConnectionUse(this.dataSource, this.pool, this.places);
    const timer = setTimeout(() => {
      use.giveUp(new Error(`no answer within ${String(TIMEOUT_MS)} ms`));
    }, TIMEOUT_MS);
    try {
      return await use.run(work);
    } finally {
      clearTimeout(timer);
    }
  }

  private unavailable(error: unknown): WechatAuthError {
    const cause = new PostgresError(error);
    this.logger.error(
      `postgres ${cause.code ?? cause.message}`,
      `WX_STORE_UNAVAILABLE: ${cause.line}`,
    );
    return new WechatAuthError('WX_STORE_UNAVAILABLE', { cause });
  }
}

async function inTransaction<T>(
  runner: QueryRunner,
  use: ConnectionUse,
  work: () => Promise<T>,
): Promise<T> {
  await runner.startTransaction();
  try {
    const result = await work();
    // The caller has already been told that nothing is stored.
    use.throwIfGivenUp();
    await runner.commitTransaction();
    return result;
  } catch (error) {
    // If this fails too, the connection is lost and Postgres rolls back.
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}
