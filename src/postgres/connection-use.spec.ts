import type { EventEmitter } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { until } from '../../test/support/until.js';
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
});
