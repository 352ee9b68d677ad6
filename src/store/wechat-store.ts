import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  DataSource,
  QueryFailedError,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
} from 'typeorm';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { observed } from './observed.js';
import { PreparedStatements, type Connection, type Result } from './prepared-statements.js';

/** Injects the host's DataSource, whatever its name. */
export const WECHAT_AUTH_DATA_SOURCE = Symbol('WECHAT_AUTH_DATA_SOURCE');

/** No caller waits longer than this for Postgres, also where connecting hangs. */
const TIMEOUT_MS = 5000;

type Work<T> = (runner: QueryRunner, connection: Connection) => Promise<T>;

/** The way to the host's Postgres: every failure there becomes `WX_STORE_UNAVAILABLE`. */
@Injectable()
export class WechatStore {
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
   * Runs one statement.
   * @param values - taken when there is a connection to send them on.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  query<Row>(sql: string, values: () => readonly unknown[]): Promise<Result<Row>> {
    return this.run((runner, connection) => {
      const parameters = [...values()];
      // TypeORM has no way to prepare a statement.
      return observed(this.dataSource, runner, sql, parameters, () =>
        this.statements.query<Row>(connection, sql, parameters),
      );
    });
  }

  /**
   * Does `work` on a connection to the primary: a replica may not know yet of a logout.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`, after five seconds at the latest
   */
  async run<T>(work: Work<T>): Promise<T> {
    const connected = new Connected(this.dataSource);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        connected.giveUp();
        reject(new Error(`no answer within ${String(TIMEOUT_MS)} ms`));
      }, TIMEOUT_MS);
    });
    try {
      return await Promise.race([connected.run(work), timeout]);
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

/** One use of a connection, which somebody may cease to wait for. */
class Connected {
  private readonly runner: QueryRunner;
  private connection: Connection | undefined;
  private givenUp = false;

  constructor(dataSource: DataSource) {
    this.runner = dataSource.createQueryRunner('master');
  }

  async run<T>(work: Work<T>): Promise<T> {
    try {
      const connection = (await this.runner.connect()) as Connection;
      this.connection = connection;
      if (this.givenUp) throw new Error('the connection came too late');
      return await work(this.runner, connection);
    } catch (error) {
      if (isGoingAway(error)) this.giveUp();
      throw error;
    } finally {
      await this.runner.release();
    }
  }

  /** Ends a connection that hangs or dies, which the pool would hand to whoever comes next. */
  giveUp(): void {
    this.givenUp = true;
    void this.connection?.end();
  }
}

/**
 * Whether Postgres said that it is about to end the connection: it shuts down, or somebody has
 * terminated it (classes 57P and 08 of its error codes). The end itself comes a moment later.
 */
function isGoingAway(error: unknown): boolean {
  const { code }: { code?: unknown } = driverErrorOf(error) as object;
  return typeof code === 'string' && /^(57P|08)/.test(code);
}

/** The driver's own error: TypeORM's holds the statement and its parameters. */
const driverErrorOf = (error: unknown): unknown =>
  error instanceof QueryFailedError ? error.driverError : error;
