import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Pool } from 'pg';
import { LogCapture } from '../../test/support/log-capture.js';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { until } from '../../test/support/until.js';

describe('PostgresClient', () => {
  let test: TestPostgres;
  let logger: LogCapture;

  beforeEach(async () => {
    Logger.overrideLogger((logger = new LogCapture()));
    // One connection, so that all statements share its session.
    test = await createTestPostgres({ poolSize: 1, maxQueryExecutionTime: 100 });
    await test.dataSource.query('CREATE TABLE note (id int PRIMARY KEY)');
    test.queries.count = 0;
  });
  afterEach(async () => {
    await test.close();
    Logger.overrideLogger(false);
  });

  const INSERT = 'INSERT INTO note VALUES ($1) RETURNING *';
  const insert = async (id: number): Promise<readonly unknown[]> =>
    test.client.query(INSERT, [id], (row) => ({ id: row.number('id') }));
  const prepared = (): Promise<{ name: string; uses: number }[]> =>
    test.dataSource.query(
      `SELECT name, (generic_plans + custom_plans)::int AS uses
       FROM pg_prepared_statements WHERE statement = $1`,
      [INSERT],
    );
  const logged = (): string[] => logger.lines.filter((line) => !line.startsWith('log'));

  it('prepares a statement once on a connection', async () => {
    for (const id of [1, 2, 3]) expect(await insert(id)).toEqual([{ id }]);
    const [statement, ...others] = await prepared();
    expect(statement).toEqual({
      name: expect.stringMatching(/^wechat_auth_[0-9a-f]{32}$/),
      uses: 3,
    });
    expect(others).toEqual([]);
  });

  it('distinguishes statements by their whole text', async () => {
    const read = async (sql: string): Promise<unknown> =>
      (await test.client.query(sql, [], (row) => ({ n: row.number('n') })))[0];
    expect(await read('SELECT 1 AS n')).toEqual({ n: 1 });
    expect(await read('SELECT 2 AS n')).toEqual({ n: 2 });
    expect(await read('SELECT 1 AS n')).toEqual({ n: 1 });
  });

  it('shows each statement in the query log of TypeORM, as TypeORM does', async () => {
    await insert(1);
    expect(test.queries.count).toBe(1);
    await expect(insert(1)).rejects.toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
    expect([test.queries.count, test.queries.errors]).toEqual([2, 1]);
  });

  it('notifies the subscribers of the DataSource before and after each statement', async () => {
    const seen: unknown[] = [];
    test.dataSource.subscribers.push({
      beforeQuery: ({ query, parameters }) => void seen.push(['before', query, parameters]),
      afterQuery: ({ query, success }) => void seen.push(['after', query, success]),
    });
    await insert(1);
    await expect(insert(1)).rejects.toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
    expect(seen).toEqual([
      ['before', INSERT, [1]],
      ['after', INSERT, true],
      ['before', INSERT, [1]],
      ['after', INSERT, false],
    ]);
  });

  it('logs and returns the code of a failure, each kind on its own', async () => {
    await insert(1);
    await expect(insert(1)).rejects.toMatchObject({ cause: { code: '23505' } });
    const divide = test.client.query('SELECT 1 / $1::int AS n', [0], () => undefined);
    await expect(divide).rejects.toMatchObject({ cause: { code: '22012' } });
    expect(logged()).toEqual([
      expect.stringMatching(/^error WX_STORE_UNAVAILABLE: .*23505/),
      expect.stringMatching(/^error WX_STORE_UNAVAILABLE: .*22012/),
    ]);
  });

  it('waits five seconds for a statement', async () => {
    const sleeper = test.client.query('SELECT pg_sleep(20)', [], () => undefined);
    await expect(sleeper).rejects.toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
    expect(logged()).toEqual([
      expect.stringMatching(/^error WX_STORE_UNAVAILABLE: no answer within 5000 ms/),
    ]);
  });

  it('shows slow statements in the query log of TypeORM', async () => {
    await test.client.query('SELECT', [], () => undefined);
    expect(test.queries.slow).toBe(0);
    await test.client.query('SELECT pg_sleep($1)', [0.11], () => undefined);
    expect(test.queries.slow).toBe(1);
  });

  it('does not repeat a statement that failed for another reason', async () => {
    await insert(1);
    await expect(insert(1)).rejects.toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
    expect(await insert(2)).toEqual([{ id: 2 }]);
    expect(await prepared()).toEqual([expect.objectContaining({ uses: 3 })]);
  });

  it('[M-25] prints statements that fail in the same way once a second, with their number', async () => {
    await insert(1);
    const failing = Array.from({ length: 200 }, () => insert(1));
    expect(await Promise.allSettled(failing)).toHaveLength(200);
    await until(() => logger.text.includes('times in a second'));
    const failures = logger.lines.filter((line) => line.includes('WX_STORE_UNAVAILABLE'));
    expect(failures.length).toBeLessThan(20);
  });

  it('does not reuse a connection that Postgres is closing', async () => {
    const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE '%pg_sleep(10)' AND state = 'active'`;
    for (let round = 0; round < 10; round++) {
      const sleeper = test.client.query('SELECT pg_sleep(10)', [], () => undefined);
      const failure = expect(sleeper).rejects.toMatchObject({
        errorCode: 'WX_STORE_UNAVAILABLE',
      });
      await until(async () => (await test.database.query(terminate)).length > 0);
      await failure;
      expect(await test.client.query('SELECT 1 AS n', [], (row) => row.number('n'))).toEqual([1]);
    }
  });

  it('uses no prepared statements with a driver that replaces pg', async () => {
    /** Accepts a string and values, like PGlite's. */
    class OtherPool extends Pool {
      override connect(callback?: unknown): never {
        const give = callback as (error: unknown, client: unknown, release: unknown) => void;
        super.connect((error, client, release) => {
          const query = (text: unknown, values?: unknown[]): unknown =>
            typeof text === 'string'
              ? client?.query(text, values)
              : Promise.reject(new TypeError('a text is needed'));
          give(error, { query, on: () => undefined, removeListener: () => undefined }, release);
        });
        return undefined as never;
      }
    }
    const other = await createTestPostgres({ driver: { Pool: OtherPool } });
    expect(await other.client.query('SELECT $1::int AS n', [3], (row) => row.number('n'))).toEqual([
      3,
    ]);
    await other.close();
  });

  describe('loses nothing and prepares its statements again after', () => {
    /** Makes the prepared statement unusable on the connection. */
    const causes: Record<string, () => Promise<void>> = {
      'a DEALLOCATE ALL, as of a pooler that changes connections': async () => {
        await test.dataSource.query('DEALLOCATE ALL');
      },
      'a statement of the same name by another client of a pooler': async () => {
        const [statement] = await prepared();
        await test.reconnect();
        await test.dataSource.query(`PREPARE ${statement?.name ?? ''} AS ${INSERT}`);
      },
      'a change of a table': async () => {
        await test.dataSource.query('ALTER TABLE note ADD COLUMN text text');
      },
    };

    it.each(Object.keys(causes))('%s', async (cause) => {
      await insert(1);
      await causes[cause]?.();
      for (const id of [7, 8]) expect(await insert(id)).toEqual([expect.objectContaining({ id })]);
      const rows = await test.database.query<{ id: number }>('SELECT id FROM note ORDER BY id');
      expect(rows.map(({ id }) => id)).toEqual([1, 7, 8]);
      expect(await prepared()).toContainEqual(expect.objectContaining({ uses: 2 }));
      expect(logged()).toEqual([]);
    });
  });

  it('logs that a table has changed', async () => {
    await insert(1);
    await test.dataSource.query('ALTER TABLE note ADD COLUMN text text');
    await insert(2);
    expect(logger.lines).toContainEqual(
      expect.stringMatching(/^log A table has changed, .*cached plan.*\(0A000\)/),
    );
  });

  it('keeps using prepared statements when tables change', async () => {
    for (const id of [1, 2, 3, 4, 5]) {
      await insert(id);
      await test.dataSource.query(`ALTER TABLE note ADD COLUMN text${String(id)} text`);
    }
    await insert(6);
    await insert(7);
    expect(await prepared()).toContainEqual(expect.objectContaining({ uses: 2 }));
  });

  it('stops using prepared statements if connections lose them repeatedly, with one warning', async () => {
    for (const id of [1, 2, 3, 4, 5, 6]) {
      await insert(id);
      await test.dataSource.query('DEALLOCATE ALL');
    }
    await insert(7);
    expect(await test.database.query('SELECT id FROM note')).toHaveLength(7);
    expect(await prepared()).toEqual([]);
    expect(logged()).toEqual([
      expect.stringMatching(/^warn Statements are no longer prepared.*\(26000\).*PgBouncer/),
    ]);
  });
});
