import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LogCapture } from '../../test/support/log-capture.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { WechatStore } from '../store/wechat-store.js';
import { RevokedSessionsCleaner } from './revoked-sessions.cleaner.js';

const TEN_MINUTES = 600_000;

describe('RevokedSessionsCleaner', () => {
  /** How many rows each statement that comes deletes. */
  let expired: (number | Error)[];
  let statements: number;
  let last: { sql: string; parameters: readonly unknown[] } | undefined;
  let beforeEachStatement: () => Promise<void> | void;
  let cleaner: RevokedSessionsCleaner;
  let logger: LogCapture;

  beforeEach(() => {
    jest.useFakeTimers();
    Logger.overrideLogger((logger = new LogCapture()));
    [expired, statements, beforeEachStatement] = [[], 0, () => undefined];
    const store = {
      table: () => '"revoked"',
      query: async (sql: string, parameters: readonly unknown[]) => {
        statements++;
        last = { sql, parameters };
        await beforeEachStatement();
        const count = expired.shift() ?? 0;
        if (count instanceof Error) throw count;
        return [[], count];
      },
    };
    cleaner = new RevokedSessionsCleaner(store as unknown as WechatStore);
  });
  afterEach(async () => {
    await cleaner.onModuleDestroy().catch(() => undefined);
    Logger.overrideLogger(false);
    jest.useRealTimers();
  });

  it('deletes from the table of the host, under a lock of its name', async () => {
    await cleaner.clear();
    expect(last?.sql).toMatch(/^DELETE FROM "revoked" .* pg_try_advisory_xact_lock\(/s);
    expect(last?.parameters).toEqual(['"revoked"']);
  });

  it('goes on while there are full batches, and tells how many rows went', async () => {
    expired = [1000, 1000, 17];
    expect(await cleaner.clear()).toBe(2017);
    expect(statements).toBe(3);
  });

  it('asks once more after a last batch that happened to be full', async () => {
    expired = [1000, 0];
    expect(await cleaner.clear()).toBe(1000);
    expect(statements).toBe(2);
  });

  it('stops between two batches when the app shuts down', async () => {
    expired = [1000, 1000, 1000];
    beforeEachStatement = () => void (statements === 2 && cleaner.onModuleDestroy());
    expect(await cleaner.clear()).toBe(2000);
  });

  it('tells its caller where the store is unavailable', async () => {
    expired = [new WechatAuthError('WX_STORE_UNAVAILABLE')];
    await expect(cleaner.clear()).rejects.toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
  });

  it('clears every ten minutes from the start of the app on, and keeps no process alive', async () => {
    cleaner.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(TEN_MINUTES - 1);
    expect(statements).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(statements).toBe(1);
    await jest.advanceTimersByTimeAsync(TEN_MINUTES);
    expect(statements).toBe(2);
  });

  it('takes an outage as it comes, and tries again the next time', async () => {
    cleaner.onApplicationBootstrap();
    expired = [new WechatAuthError('WX_STORE_UNAVAILABLE'), 5];
    await jest.advanceTimersByTimeAsync(2 * TEN_MINUTES);
    expect(statements).toBe(2);
    await expect(cleaner.onModuleDestroy()).resolves.toBeUndefined();
  });

  it('does nothing more once the app has shut down, which waits for a batch under way', async () => {
    cleaner.onApplicationBootstrap();
    let finish: () => void = () => undefined;
    beforeEachStatement = () => new Promise((resolve) => (finish = resolve));
    await jest.advanceTimersByTimeAsync(TEN_MINUTES);
    let over = false;
    const shutDown = cleaner.onModuleDestroy().then(() => (over = true));
    await jest.advanceTimersByTimeAsync(1);
    expect(over).toBe(false);
    finish();
    await shutDown;
    expect(jest.getTimerCount()).toBe(0);
    await jest.advanceTimersByTimeAsync(2 * TEN_MINUTES);
    expect(statements).toBe(1);
  });

  it('hides no fault of its own behind the silence', async () => {
    cleaner.onApplicationBootstrap();
    expired = [new TypeError('a fault')];
    jest.advanceTimersByTime(TEN_MINUTES);
    await cleaner.onModuleDestroy();
    expect(logger.text).toMatch(/^error .*a fault/m);
  });
});
