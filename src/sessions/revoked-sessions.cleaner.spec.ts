import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { LogCapture } from '../../test/support/log-capture.js';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { until } from '../../test/support/until.js';
import { RevokedSessionsCleaner } from './revoked-sessions.cleaner.js';

const TEN_MINUTES = 600_000;

describe('RevokedSessionsCleaner', () => {
  let test: TestPostgres;
  let cleaner: RevokedSessionsCleaner;
  let logger: LogCapture;

  beforeEach(async () => {
    Logger.overrideLogger((logger = new LogCapture()));
    test = await createTestPostgres();
    cleaner = new RevokedSessionsCleaner(test.revocations);
    // Only the interval: Postgres and its driver need real timers.
    jest.useFakeTimers({
      doNotFake: [
        'Date',
        'hrtime',
        'performance',
        'nextTick',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
        'setTimeout',
        'clearTimeout',
      ],
    });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await cleaner.onModuleDestroy();
    await test.close();
    Logger.overrideLogger(false);
  });

  const expire = (rows: number, age = '61 minutes'): Promise<unknown> =>
    test.database.query(
      `INSERT INTO wechat_revoked_session
       SELECT gen_random_uuid(), gen_random_uuid(), now() - $2::interval FROM generate_series(1, $1)`,
      [rows, age],
    );
  const left = async (): Promise<number | undefined> => {
    const [row] = await test.database.query<{ rows: number }>(
      'SELECT count(*)::int AS rows FROM wechat_revoked_session',
    );
    return row?.rows;
  };
  const hideTable = (): Promise<unknown> =>
    test.database.query('ALTER TABLE wechat_revoked_session RENAME TO elsewhere');
  const showTable = (): Promise<unknown> =>
    test.database.query('ALTER TABLE elsewhere RENAME TO wechat_revoked_session');

  it('deletes only revocations that expired more than an hour ago', async () => {
    await expire(3);
    await expire(2, '59 minutes');
    expect(await cleaner.clear()).toBe(3);
    expect(await left()).toBe(2);
  });

  it('does nothing while another instance is deleting', async () => {
    await expire(3);
    const other = new Client({ connectionString: test.database.url });
    await other.connect();
    await other.query(
      `SELECT pg_advisory_lock(hashtext('nestjs-wechat-auth'), hashtext('"wechat_revoked_session"'))`,
    );
    expect(await cleaner.clear()).toBe(0);
    await other.end();
    await until(async () => (await cleaner.clear()) === 3);
  });

  it('continues while batches are full, and returns the number of deleted rows', async () => {
    await expire(2017);
    expect(await cleaner.clear()).toBe(2017);
    expect(test.queries.count).toBe(3);
  });

  it('sends one more query if the last batch was full', async () => {
    await expire(1000);
    expect(await cleaner.clear()).toBe(1000);
    expect(test.queries.count).toBe(2);
  });

  it('stops between two batches when the app shuts down', async () => {
    await expire(3000);
    const count = test.queries.logQuery.bind(test.queries);
    test.queries.logQuery = () => {
      count();
      if (test.queries.count === 2) void cleaner.onModuleDestroy();
    };
    expect(await cleaner.clear()).toBe(2000);
    expect(await left()).toBe(1000);
  });

  it('throws WX_STORE_UNAVAILABLE if Postgres is unavailable', async () => {
    await hideTable();
    await expect(cleaner.clear()).rejects.toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
  });

  it('runs every ten minutes after the app has started', async () => {
    await expire(1);
    cleaner.onApplicationBootstrap();
    jest.advanceTimersByTime(TEN_MINUTES - 1);
    expect(test.queries.count).toBe(0);
    jest.advanceTimersByTime(1);
    await until(async () => (await left()) === 0);
    await expire(1);
    jest.advanceTimersByTime(TEN_MINUTES);
    await until(async () => (await left()) === 0);
    expect(test.queries.count).toBe(2);
  });

  it('survives an outage of Postgres, and tries again the next time', async () => {
    await expire(5);
    cleaner.onApplicationBootstrap();
    await hideTable();
    jest.advanceTimersByTime(TEN_MINUTES);
    await until(() => logger.text.includes('WX_STORE_UNAVAILABLE'));
    await showTable();
    jest.advanceTimersByTime(TEN_MINUTES);
    await until(async () => (await left()) === 0);
    await expect(cleaner.onModuleDestroy()).resolves.toBeUndefined();
    // The client has logged the reason; it is not logged twice.
    expect(logger.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
  });

  it('stops when the app shuts down, which waits for a batch in progress', async () => {
    await expire(1);
    const holder = new Client({ connectionString: test.database.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE wechat_revoked_session IN ACCESS EXCLUSIVE MODE');
    cleaner.onApplicationBootstrap();
    jest.advanceTimersByTime(TEN_MINUTES);
    await until(() => test.queries.count === 1);
    let isOver = false;
    const shutDown = cleaner.onModuleDestroy().then(() => (isOver = true));
    await new Promise((next) => setTimeout(next, 50));
    expect(isOver).toBe(false);
    await holder.end();
    await shutDown;
    expect(await left()).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(2 * TEN_MINUTES);
    expect(test.queries.count).toBe(1);
  });

  it('logs an unexpected error', async () => {
    const withoutEntities = await createTestPostgres({ entities: [], migrations: [] });
    cleaner = new RevokedSessionsCleaner(withoutEntities.revocations);
    cleaner.onApplicationBootstrap();
    jest.advanceTimersByTime(TEN_MINUTES);
    await cleaner.onModuleDestroy();
    expect(logger.text).toMatch(/^error .*No metadata for "WechatRevokedSession"/m);
    expect(logger.text).toMatch(/ WechatAuth$/);
    await withoutEntities.close();
  });
});
