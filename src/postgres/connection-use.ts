import type { DataSource, QueryRunner } from 'typeorm';
import { requestCancel } from './cancel-request.js';
import { destroy, isPg, type Connection } from './connection.js';
import type { Pool } from './pool.js';
import { PostgresError } from './postgres-error.js';
import type { Semaphore } from './semaphore.js';

/** How long a cancelled statement may still run before its connection is closed. */
const CANCEL_MS = 2000;

/** @param signal - aborted when the caller no longer waits for the work. */
export type Work<T> = (
  runner: QueryRunner,
  connection: Connection,
  signal: AbortSignal,
) => Promise<T>;

/** One use of a connection of the app's pool, which the caller may give up at any time. */
export class ConnectionUse {
  private readonly abandoned = new AbortController();
  private connection: Connection | undefined;
  private startedAt = Infinity;
  private cancelling: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly pool: Pool,
    private readonly places: Semaphore,
  ) {}

  /** Runs `work` on a connection to the primary. */
  async run<T>(work: Work<T>): Promise<T> {
    const { signal } = this.abandoned;
    await this.places.acquire(signal);
    const result = this.connectAndDo(work).finally(() => {
      this.places.release();
    });
    return Promise.race([result, rejectionOf(signal)]);
  }

  /** Rejects with `reason` and cancels the statement, so that no backend continues it. */
  giveUp(reason: Error): void {
    this.abandoned.abort(reason);
    if (this.connection === undefined) return;
    this.pool.hasHung(this.startedAt);
    const { connection } = this;
    if (isPg(connection)) this.cancelling = requestCancel(connection);
    setTimeout(() => {
      if (this.connection === connection) destroy(connection);
    }, CANCEL_MS).unref();
  }

  private async connectAndDo<T>(work: Work<T>): Promise<T> {
    const runner = await this.connect();
    const connection = (await runner.connect()) as Connection;
    const { signal } = this.abandoned;
    try {
      signal.throwIfAborted();
      this.startedAt = performance.now();
      this.connection = connection;
      const result = await work(runner, connection, signal);
      this.pool.hasWorked(connection);
      return result;
    } catch (error) {
      // The pool must not reuse this connection.
      if (new PostgresError(error).isEndOfConnection) destroy(connection);
      throw error;
    } finally {
      this.connection = undefined;
      // A late cancel request would cancel the next statement of the connection.
      await this.cancelling;
      await runner.release();
    }
  }

  /** A connection that is not expected to hang. */
  private async connect(): Promise<QueryRunner> {
    for (;;) {
      const runner = this.dataSource.createQueryRunner('master');
      const connection = (await runner.connect()) as Connection;
      if (!this.pool.mayHang(connection)) return runner;
      destroy(connection);
      await runner.release();
    }
  }
}

const rejectionOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const give = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', give, { once: true });
  });
