import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { until } from '../../test/support/until.js';
import type { Connection } from './connection.js';
import { ConnectionUse } from './connection-use.js';
import { Pool } from './pool.js';
import { Semaphore } from './semaphore.js';

describe('ConnectionUse', () => {
  let test: TestPostgres;

  beforeAll(async () => {
    test = await createTestPostgres();
  });
  afterAll(() => test.close());

  it('takes no connection for a caller that gave up while it waited for a place', async () => {
    let taken = 0;
    const { master } = test.dataSource.driver as unknown as { master: EventEmitter };
    master.on('acquire', () => taken++);
    const [pool, places] = [new Pool(), new Semaphore(() => 1)];
    const newUse = (): ConnectionUse => new ConnectionUse(test.dataSource, pool, places);
    let letGo: (() => void) | undefined;
    const first = newUse().run(() => new Promise<void>((resolve) => (letGo = resolve)));
    const impatient = newUse();
    const refused = impatient.run(() => Promise.resolve('never'));
    const last = newUse().run(() => Promise.resolve('done'));
    impatient.giveUp(new Error('enough'));
    await expect(refused).rejects.toThrow('enough');
    await until(() => letGo !== undefined);
    letGo?.();
    await first;
    expect(await last).toBe('done');
    expect(taken).toBe(2);
  });

  describe('whose caller gives up', () => {
    const backends = async (): Promise<number[]> => {
      const rows = await test.database.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`,
      );
      return rows.map(({ pid }) => pid);
    };
    const isSleeping = async (): Promise<boolean> => (await backends()).length > 0;
    const start = (sql: string): { use: ConnectionUse; pool: Pool; result: Promise<unknown> } => {
      const pool = new Pool();
      const use = new ConnectionUse(test.dataSource, pool, new Semaphore(() => 1));
      return { use, pool, result: use.run((runner) => runner.query(sql)) };
    };
    const settled = (work: Promise<unknown>): Promise<unknown> =>
      work.catch((error: unknown) => String(error));

    it('before it has a connection runs nothing', async () => {
      await test.database.query('CREATE TABLE trace (id int)');
      const { use, result } = start('INSERT INTO trace VALUES (1)');
      use.giveUp(new Error('enough'));
      expect(await settled(result)).toBe('Error: enough');
      await sleep(500);
      expect(await test.database.query('SELECT id FROM trace')).toEqual([]);
    });

    it('cancels its statement, suspects other connections, and keeps its own', async () => {
      const { use, pool, result } = start('SELECT pg_sleep(30)');
      await until(isSleeping);
      const [pid] = await backends();
      const startedAt = performance.now();
      use.giveUp(new Error('enough'));
      expect(await settled(result)).toBe('Error: enough');
      const active = `SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active'`;
      await until(async () => (await test.database.query(active, [pid])).length === 0);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      const unknown = Object.assign(new EventEmitter(), { processID: 1 }) as unknown as Connection;
      expect(pool.mayHang(unknown)).toBe(true);
      // Longer than it waits for the cancelled statement.
      await sleep(2500);
      expect(await backends()).toEqual([pid]);
    });

    it('closes the connection of work that goes on', async () => {
      await test.reconnect();
      const use = new ConnectionUse(test.dataSource, new Pool(), new Semaphore(() => 1));
      const result = use.run(async (runner) => {
        await runner.query('SELECT pg_sleep(0)');
        await new Promise(() => undefined);
      });
      await until(isSleeping);
      use.giveUp(new Error('enough'));
      expect(await settled(result)).toBe('Error: enough');
      await until(async () => !(await isSleeping()));
    });
  });
});
