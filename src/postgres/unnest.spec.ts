import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';

describe('unnest', () => {
  let test: TestPostgres;
  const [id, userId] = [randomUUID(), randomUUID()];

  beforeAll(async () => {
    // One connection, so that all statements share its session.
    test = await createTestPostgres({ poolSize: 1 });
    await test.database.query(
      `INSERT INTO wechat_user (id, appid, openid, last_login_at)
       SELECT gen_random_uuid(), 'wx1', 'o' || n, now() FROM generate_series(1, 10000) AS n`,
    );
    await test.database.query('VACUUM ANALYZE');
  });
  afterAll(() => test.close());

  it.each([
    ['findEnded', () => test.revocations.findEnded([{ userId, id, epoch: 0 }])],
    ['findUsers', () => test.revocations.findUsers([{ userId, id, epoch: 0 }])],
    ['findById', () => test.users.findById(userId)],
    ['findByOpenid', () => test.users.findByOpenid('wx1', 'o1')],
  ])('lets Postgres plan %s only once if it is asked about one row', async (_, ask) => {
    await test.reconnect();
    // Postgres compares the first five plans of a statement with its generic plan.
    for (let i = 0; i < 8; i++) await ask();
    const plans = await test.dataSource.query<unknown[]>(
      `SELECT generic_plans::int, custom_plans::int FROM pg_prepared_statements
       WHERE name LIKE 'wechat_auth_%' AND statement LIKE '%unnest%'`,
    );
    expect(plans).toEqual([{ generic_plans: 3, custom_plans: 5 }]);
  });
});
