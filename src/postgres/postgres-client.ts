import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  DataSource,
  QueryFailedError,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
} from 'typeorm';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { Connection, Result } from './connection.js';
import { PreparedStatements } from './prepared-statements.js';
import { withQueryObservers } from './query-observers.js';

/** Injects the host's DataSource, whatever its name. */
export const WECHAT_AUTH_DATA_SOURCE = Symbol('WECHAT_AUTH_DATA_SOURCE');

/** No caller waits longer than this for Postgres, also where connecting hangs. */
const TIMEOUT_MS = 5000;

/** Runs our statements on the host's Postgres: every failure becomes `WX_STORE_UNAVAILABLE`. */
@Injectable()
export class PostgresClient {
  private readonly logger = new Logger('WechatAuth');
  private readonly statements = new PreparedStatements();
  private readonly tables = new Map<EntityTarget<ObjectLiteral>, string>();

  constructor(@Inject(WECHAT_AUTH_DATA_SOURCE) private readonly dataSource: DataSource) {}

  /** The table of an entity, quoted, with the schema and prefix of the host. */
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
   * @param values - called when there is a connection to send them on.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`, after five seconds at the latest
   */
  async query<Row>(sql: string, values: () => readonly unknown[]): Promise<Result<Row>> {
    const use = new ConnectionUse(this.dataSource);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        use.end();
        reject(new Error(`no answer within ${String(TIMEOUT_MS)} ms`));
      }, TIMEOUT_MS);
    });
    const result = use.run((runner, connection) => {
      const parameters = [...values()];
      return withQueryObservers(this.dataSource, runner, sql, parameters, () =>
        this.statements.query<Row>(connection, sql, parameters),
      );
    });
    try {
      return await Promise.race([result, timeout]);
    } catch (error) {
      throw this.unavailable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private unavailable(error: unknown): WechatAuthError {
    const cause = driverErrorOf(error);
    const { message, code = '' } = cause as { message: string; code?: string };
    const remedy = code === '42P01' ? ': run wechatAuthMigrations' : '';
    // Where several addresses were tried, the error has a code and no message.
    this.logger.error(`WX_STORE_UNAVAILABLE: ${[message, code].join(' ').trim()}${remedy}`);
    return new WechatAuthError('WX_STORE_UNAVAILABLE', { cause });
  }
}

/** One use of a connection of the pool. */
class ConnectionUse {
  private readonly runner: QueryRunner;
  private connection: Connection | undefined;
  private hasEnded = false;

  constructor(dataSource: DataSource) {
    this.runner = dataSource.createQueryRunner('master');
  }

  async run<T>(work: (runner: QueryRunner, connection: Connection) => Promise<T>): Promise<T> {
    try {
      const connection = (await this.runner.connect()) as Connection;
      this.connection = connection;
      if (this.hasEnded) throw new Error('the connection came too late');
      return await work(this.runner, connection);
    } catch (error) {
      if (isEndOfConnection(error)) this.end();
      throw error;
    } finally {
      await this.runner.release();
    }
  }

  /** Closes a connection that hangs or ends, so that the pool gives it to nobody else. */
  end(): void {
    this.hasEnded = true;
    void this.connection?.end();
  }
}

/**
 * Whether Postgres has announced the end of the connection: it shuts down, or the backend was
 * terminated (classes 57P and 08 of its error codes). The connection closes a moment later.
 */
function isEndOfConnection(error: unknown): boolean {
  const { code }: { code?: unknown } = driverErrorOf(error) as object;
  return typeof code === 'string' && /^(57P|08)/.test(code);
}

/** The driver's own error: that of TypeORM holds the statement and its parameters. */
const driverErrorOf = (error: unknown): unknown =>
  error instanceof QueryFailedError ? error.driverError : error;
