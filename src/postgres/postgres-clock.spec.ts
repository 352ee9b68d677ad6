import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LogCapture } from '../../test/support/log-capture.js';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { until } from '../../test/support/until.js';
import { PostgresClock } from './postgres-clock.js';

const MINUTE = 60_000;

describe('PostgresClock', () => {
  let test: TestPostgres;
  let clock: PostgresClock;
  let logger: LogCapture;

  beforeEach(async () => {
    Logger.overrideLogger((logger = new LogCapture()));
    test = await createTestPostgres();
    clock = new PostgresClock(test.client);
  });
  afterEach(async () => {
    await clock.onModuleDestroy();
    jest.useRealTimers();
    await test.close();
    Logger.overrideLogger(false);
  });

  /** The clock and interval of this process; Postgres and its driver use real ones. */
  const fake = (skew: number): void => {
    jest.useFakeTimers({
      now: Date.now() + skew,
      doNotFake: [
        'performance',
        'hrtime',
        'nextTick',
        'setImmediate',
        'clearImmediate',
        'setTimeout',
        'clearTimeout',
        'queueMicrotask',
      ],
    });
  };
  const warnings = (): string[] => logger.lines.filter((line) => line.startsWith('warn'));

  it('returns the time of Postgres, for any clock of this server', async () => {
    fake(-3 * MINUTE);
    const [row] = await test.database.query<{ time: string }>(
      'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS time',
    );
    const time = await clock.timeOf(performance.now());
    expect(time - Number(row?.time)).toBeGreaterThan(-1000);
    expect(time - Number(row?.time)).toBeLessThan(1000);
  });

  it('asks Postgres once for concurrent calls', async () => {
    test.queries.count = 0;
    await Promise.all(Array.from({ length: 20 }, (_, i) => clock.timeOf(i)));
    expect((await clock.timeOf(2)) - (await clock.timeOf(1))).toBe(1);
    expect(test.queries.count).toBe(1);
    clock.forget();
    await clock.timeOf(1);
    expect(test.queries.count).toBe(2);
  });

  describe('after a second reading', () => {
    /** Blocks this process for so long before or after Postgres reads its clock. */
    let pause: 'before' | 'after' | undefined;
    const PAUSE_MS = 1000;
    const block = (when: string): void => {
      if (pause === when) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    };
    beforeEach(() => {
      pause = undefined;
      test.dataSource.subscribers.push({
        beforeQuery: () => {
          block('before');
        },
        afterQuery: () => {
          block('after');
        },
      });
    });
    afterEach(() => {
      jest.restoreAllMocks();
    });

    const readAgain = async (): Promise<void> => {
      clock.onApplicationBootstrap();
      await clock.onModuleDestroy();
    };
    /** By how much the estimate is wrong, at least, in milliseconds. */
    const error = async (): Promise<number> => {
      const before = performance.now();
      const [row] = await test.database.query<{ time: string }>(
        'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS time',
      );
      const [after, time] = [performance.now(), Number(row?.time)];
      return Math.max((await clock.timeOf(before)) - time, time - (await clock.timeOf(after)));
    };

    it.each(['before', 'after'] as const)(
      'keeps what it knows if a pause %s it makes the second reading less exact',
      async (when) => {
        await clock.timeOf(0);
        pause = when;
        await readAgain();
        expect(await error()).toBeLessThan(PAUSE_MS / 4);
      },
    );

    it.each(['before', 'after'] as const)(
      'improves if a pause %s it made the first reading less exact',
      async (when) => {
        pause = when;
        await clock.timeOf(0);
        pause = undefined;
        await readAgain();
        expect(await error()).toBeLessThan(PAUSE_MS / 4);
      },
    );

    it.each([-10_000, 10_000])('follows a clock that was set by %i ms', async (change) => {
      await clock.timeOf(0);
      const now = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + change);
      await readAgain();
      expect(await error()).toBeLessThan(PAUSE_MS / 4);
    });
  });

  it.each([
    [
      'ahead',
      90_000,
      /^warn The clock of this server is (89|90|91) s ahead of that of Postgres. Sessions expire too early here/,
    ],
    [
      'behind',
      -90_000,
      /^warn The clock of this server is (89|90|91) s behind that of Postgres. Sessions expire too late here/,
    ],
  ])('warns once a minute if the clock of this server is %s', async (_, skew, line) => {
    fake(skew);
    clock.onApplicationBootstrap();
    await until(() => warnings().length === 1);
    jest.advanceTimersByTime(MINUTE - 1);
    expect(warnings()).toHaveLength(1);
    jest.advanceTimersByTime(1);
    // The interval is over, and the clocks are as far apart as before.
    jest.setSystemTime(Date.now() - MINUTE);
    await until(() => warnings().length === 2);
    for (const each of warnings()) expect(each).toMatch(line);
  });

  it('does not warn while the clocks agree', async () => {
    test.queries.count = 0;
    clock.onApplicationBootstrap();
    await until(() => test.queries.count === 1);
    await clock.timeOf(0);
    expect(warnings()).toEqual([]);
  });
});
