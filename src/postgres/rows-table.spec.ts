import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';

describe('rowsTable', () => {
  let test: TestPostgres;

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

  const sessions = [1, 2].map((n) => ({ userId: randomUUID(), id: randomUUID(), epoch: n }));

  it.each([
    ['findEnded', 1, () => test.revocations.findEnded(sessions.slice(1))],
    ['findEnded', 2, () => test.revocations.findEnded(sessions)],
    ['findUsers', 1, () => test.revocations.findUsers(sessions.slice(1))],
    ['findUsers', 2, () => test.revocations.findUsers(sessions)],
    ['findById', 1, () => test.users.findById(randomUUID())],
    ['findById', 2, () => Promise.all(sessions.map(({ id }) => test.users.findById(id)))],
    ['findByOpenid', 1, () => test.users.findByOpenid('wx1', 'o1')],
    [
      'findByOpenid',
      2,
      () => Promise.all(['o1', 'o2'].map((openid) => test.users.findByOpenid('wx1', openid))),
    ],
  ])('lets Postgres plan %s once for %d rows', async (_, rows, ask) => {
    await test.reconnect();
    // Postgres compares the first five plans of a statement with its generic plan.
    for (let i = 0; i < 8; i++) await ask();
    const plans = await test.dataSource.query<unknown[]>(
      `SELECT generic_plans::int, custom_plans::int FROM pg_prepared_statements
       WHERE name LIKE 'wechat_auth_%' AND statement LIKE $1`,
      [rows === 1 ? '%VALUES%' : '%unnest%'],
    );
    expect(plans).toEqual([{ generic_plans: 3, custom_plans: 5 }]);
  });

  it('passes any text on as it is', async () => {
    const openids = ['a,b', '"q"', '{x}', 'NULL', 'a\\b', "o'x", '张三'];
    for (const openid of openids) {
      await test.database.query(
        `INSERT INTO wechat_user (id, appid, openid, last_login_at)
         VALUES (gen_random_uuid(), 'wx2', $1, now())`,
        [openid],
      );
    }
    const found = await Promise.all(
      openids.map((openid) => test.users.findByOpenid('wx2', openid)),
    );
    expect(found.map((user) => user?.openid)).toEqual(openids);
    expect(await test.users.findByOpenid('wx2', 'a,b')).toMatchObject({ openid: 'a,b' });
  });
});
