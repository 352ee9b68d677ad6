import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RevokedSessionsCleaner } from '../src/sessions/revoked-sessions.cleaner.js';
import type { WechatSandbox } from '../src/testing/index.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import type { ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

describe('a role of Postgres that may only read and write the two tables', () => {
  const role = `role_${randomBytes(8).toString('hex')}`;
  let database: TestDatabase;
  // Before the database is dropped.
  afterAll(async () => {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  });
  const servers = useTestServers();
  let wechat: WechatSandbox;
  let server: ListeningApp;

  beforeAll(async () => {
    ({ database, wechat } = await servers.all());
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    await database.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON wechat_user, wechat_revoked_session TO ${role}`,
    );
    const url = new URL(database.url);
    [url.username, url.password] = [role, role];
    server = await servers.app({
      databaseUrl: url.href,
      wechatUrl: wechat.url,
      typeOrm: { migrationsRun: false },
    });
  });
  it('is enough at run time', async () => {
    const token = await logIn(server.url, wechat.issueCode());
    expect((await call('GET', `${server.url}/me`, { token })).status).toBe(200);
    for (const path of ['session', 'sessions']) {
      const each = await logIn(server.url, wechat.issueCode());
      const url = `${server.url}/wechat/${path}`;
      expect((await call('DELETE', url, { token: each })).status).toBe(204);
      expect((await call('GET', url, { token: each })).status).not.toBe(200);
    }
    await database.query(`UPDATE wechat_revoked_session SET expires_at = now() - interval '1 day'`);
    expect(await server.app.get(RevokedSessionsCleaner).clear()).toBe(1);
  });
});
