import { beforeAll, describe, expect, it } from '@jest/globals';
import { RevokedSessionsCleaner } from '../src/sessions/revoked-sessions.cleaner.js';
import type { WechatSandbox } from '../src/testing/index.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import type { ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

const PARTITIONS = 4;

/** As docs/SCALE.md recommends for many revocations. */
const partitioned = `
  DROP TABLE wechat_revoked_session;
  CREATE TABLE wechat_revoked_session (
    user_id uuid NOT NULL,
    id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, id)
  ) PARTITION BY HASH (user_id);
  CREATE INDEX ON wechat_revoked_session (expires_at);
  ${Array.from(
    { length: PARTITIONS },
    (_, part) => `CREATE TABLE wechat_revoked_session_${String(part)}
      PARTITION OF wechat_revoked_session
      FOR VALUES WITH (MODULUS ${String(PARTITIONS)}, REMAINDER ${String(part)});`,
  ).join('')}`;

describe('wechat_revoked_session partitioned by user_id', () => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;

  beforeAll(async () => {
    ({ database, wechat, server } = await servers.all());
    await database.query(partitioned);
  });

  const statusOf = async (token: string): Promise<unknown> =>
    (await call('GET', `${server.url}/me`, { token })).body?.errorCode ?? 'accepted';

  it('refuses the sessions that ended, in any partition, and accepts the others', async () => {
    const logInAs = (user: number): Promise<string> =>
      logIn(server.url, wechat.issueCode({ openid: `o-${String(user)}` }));
    const users = Array.from({ length: 20 }, (_, user) => user);
    const ended = await Promise.all(users.map(logInAs));
    const others = await Promise.all(users.map(logInAs));
    for (const token of ended) await call('DELETE', `${server.url}/wechat/session`, { token });

    expect(await Promise.all(ended.map(statusOf))).toEqual(users.map(() => 'WX_SESSION_REVOKED'));
    expect(await Promise.all(others.map(statusOf))).toEqual(users.map(() => 'accepted'));
    const [row] = await database.query<{ used: number; rows: number }>(
      `SELECT count(DISTINCT tableoid)::int AS used, count(*)::int AS rows
       FROM wechat_revoked_session`,
    );
    expect(row?.rows).toBe(users.length);
    expect(row?.used).toBeGreaterThan(1);
  });

  it('is cleaned of expired rows in all partitions', async () => {
    await database.query(
      `UPDATE wechat_revoked_session SET expires_at = now() - interval '2 hours'`,
    );
    expect(await server.app.get(RevokedSessionsCleaner).clear()).toBe(20);
  });
});
