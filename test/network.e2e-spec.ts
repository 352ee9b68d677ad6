import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { types } from 'pg';
import { LogCapture } from './support/log-capture.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { createTestPostgres, type TestPostgres } from './support/test-postgres.js';
import { until } from './support/until.js';

const SEALED = Buffer.from('sealed');
const unavailable = expect.objectContaining({ errorCode: 'WX_STORE_UNAVAILABLE' });

describe('a failing network between this server and Postgres', () => {
  let test: TestPostgres;
  let proxy: TcpProxy;
  let logger: LogCapture;

  beforeEach(() => {
    Logger.overrideLogger((logger = new LogCapture()));
  });
  afterEach(async () => {
    await proxy.close();
    await test.close();
    Logger.overrideLogger(false);
  });

  const start = async (poolSize = 3): Promise<void> => {
    test = await createTestPostgres({ poolSize }, async (url) => {
      proxy = await TcpProxy.start(url);
      return proxy.through(url);
    });
  };
  const login = (openid: string, exchangedAt = performance.now(), key = SEALED): Promise<unknown> =>
    test.users.upsert(
      randomUUID(),
      { appid: 'wx1', openid, sealedSessionKey: key, exchangedAt },
      { unionid: undefined, endsSessions: false },
    );
  const idOf = async (openid: string): Promise<string> =>
    (await test.users.findByOpenid('wx1', openid))?.id ?? '';
  const keyOf = async (openid: string): Promise<string | undefined> =>
    (await test.users.findSessionKey(await idOf(openid)))?.sealedSessionKey.toString();
  const settled = (work: Promise<unknown>): Promise<unknown> =>
    work.catch((error: unknown) => error);
  const backends = async (where = 'true'): Promise<number> => {
    const [row] = await test.database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${where}`,
    );
    return row?.n ?? 0;
  };

  it('[M-26] leaves no backend waiting for a locked row, and opens no further ones', async () => {
    await start(3);
    await login('o-locked');
    const lock = await test.database.connect();
    await lock.query('BEGIN; SELECT * FROM wechat_user FOR UPDATE');
    let most = 0;
    const watching = new AbortController();
    const watch = (async () => {
      while (!watching.signal.aborted) {
        most = Math.max(most, await backends("query NOT LIKE '%FOR UPDATE'"));
        await sleep(100);
      }
    })();
    const logins = Array.from({ length: 9 }, () => settled(login('o-locked')));
    const answers = await Promise.all(logins);
    const waiting = await settled(
      until(async () => (await backends("wait_event_type = 'Lock'")) === 0),
    );
    watching.abort();
    await watch;
    expect(answers).toEqual(Array(9).fill(unavailable));
    expect(waiting).toBeUndefined();
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(3 + 1);
    await lock.end();
    expect(await login('o-locked')).toMatchObject({ openid: 'o-locked' });
  }, 30_000);

  it('[M-26] recovers within ten seconds after connects hung, and leaves no request waiting', async () => {
    await start(2);
    proxy.isBlackHole = true;
    await test.database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await until(() => proxy.connections === 0);
    const failures = Array.from({ length: 20 }, () => settled(login('o-hung')));
    expect(await Promise.all(failures)).toEqual(Array(20).fill(unavailable));
    proxy.isBlackHole = false;
    const restoredAt = performance.now();
    while ((await settled(login('o-hung'))) instanceof Error) await sleep(100);
    expect(performance.now() - restoredAt).toBeLessThan(10_000);
    const { master } = test.dataSource.driver as unknown as { master: { waitingCount: number } };
    await until(() => master.waitingCount === 0);
  }, 40_000);

  it('[M-26] responds with 503 for at most ten seconds after a firewall dropped all connections', async () => {
    await start(10);
    await Promise.all(
      Array.from({ length: 10 }, () => test.client.query('SELECT pg_sleep(0.1)', [], () => 1)),
    );
    expect(await backends()).toBe(10);
    proxy.forget();
    const forgottenAt = performance.now();
    while ((await settled(login('o-forgotten'))) instanceof Error);
    expect(performance.now() - forgottenAt).toBeLessThan(10_000);
  }, 30_000);

  it('[M-13] survives a connection that Postgres closes right after it was opened', async () => {
    await start(1);
    // What a terminated backend sends: ErrorResponse, severity FATAL, code 57P01.
    const fields = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0';
    const end = Buffer.alloc(5);
    end.write('E');
    end.writeInt32BE(fields.length + 4, 1);
    await test.dataSource.destroy();
    await test.dataSource.initialize();
    await login('o-first');
    await test.database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await until(() => proxy.connections === 0);
    let ended = 0;
    proxy.onServerData = (data, client) => {
      // ReadyForQuery, idle: the connection is open.
      if (ended === 3 || data.at(-6) !== 'Z'.charCodeAt(0)) return data;
      ended++;
      setImmediate(() => client.end());
      return Buffer.concat([data, end, Buffer.from(fields)]);
    };
    while (ended < 3) expect(await settled(login('o-ended'))).toEqual(unavailable);
    expect(await login('o-ended')).toMatchObject({ openid: 'o-ended' });
  });

  it('[M-29] keeps the newer session key if the older exchange arrives later', async () => {
    await start(2);
    await login('o-stalled');
    const older = performance.now();
    await Promise.all([login('o-x'), login('o-y')]);
    proxy.freeze();
    const first = settled(login('o-stalled', older, Buffer.from('older')));
    const second = settled(login('o-stalled', older + 1000, Buffer.from('newer')));
    await sleep(2000);
    proxy.thaw();
    await Promise.all([first, second]);
    expect(await keyOf('o-stalled')).toBe('newer');
    // The reverse, by a large margin: only the older one is delayed.
    await login('o-stalled', older + 1500, Buffer.from('newest'));
    await login('o-stalled', older + 1200, Buffer.from('older'));
    expect(await keyOf('o-stalled')).toBe('newest');
  }, 20_000);

  it('[M-29] never ends a later login by a revokeAll that arrives late', async () => {
    await start(1);
    await login('o-late');
    const id = await idOf('o-late');
    await test.clock.timeOf(0);
    proxy.holdFrom('SET session_epoch');
    const revoked = settled(test.revocations.revokeAll(id));
    expect(await revoked).toEqual(unavailable);
    const [{ session_epoch: epoch } = { session_epoch: -1 }] = await test.database.query<{
      session_epoch: number;
    }>('SELECT session_epoch FROM wechat_user WHERE id = $1', [id]);
    proxy.deliver();
    await sleep(200);
    const session = { userId: id, id: randomUUID(), epoch };
    expect(await test.revocations.findEnded([session])).toEqual(new Set());
  }, 30_000);

  it('[M-29] never ends a login after another revokeAll by one that began before it', async () => {
    await start(1);
    await login('o-twice');
    const id = await idOf('o-twice');
    await test.clock.timeOf(0);
    proxy.holdFrom('SET session_epoch');
    const revoked = settled(test.revocations.revokeAll(id));
    await until(() => proxy.isHolding);
    // Another instance was faster, and the user has logged in again.
    await test.database.query('UPDATE wechat_user SET session_epoch = 1 WHERE id = $1', [id]);
    proxy.deliver();
    expect(await revoked).toBe(true);
    const session = { userId: id, id: randomUUID(), epoch: 1 };
    expect(await test.revocations.findEnded([session])).toEqual(new Set());
  });

  it('[M-13] is not affected by type parsers of the app', async () => {
    await start(1);
    await login('o-parsers');
    const id = await idOf('o-parsers');
    const { BOOL, FLOAT8, INT4, INT8, TEXT, TIMESTAMPTZ, UUID } = types.builtins;
    const before = [BOOL, FLOAT8, INT4, INT8, TEXT, TIMESTAMPTZ, UUID].map((oid) => {
      const parser: unknown = types.getTypeParser(oid);
      types.setTypeParser(oid, () => 'parsed by the host');
      return () => {
        types.setTypeParser(oid, parser as never);
      };
    });
    try {
      const user = await test.users.findById(id);
      expect(user).toMatchObject({ id, sessionEpoch: 0, createdAt: expect.any(Date) });
      const sessions = [0, 1].map((epoch) => ({ userId: id, id: randomUUID(), epoch }));
      expect(await test.revocations.findEnded(sessions)).toEqual(new Set([1]));
    } finally {
      for (const restore of before) restore();
    }
  });

  it('[M-14] logs the reason, and puts no value of a row into the error', async () => {
    await start(1);
    await login('o-secret-openid');
    await test.database.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = 'duplicate key',
              DETAIL = 'Key (openid)=(' || new.openid || ') exists'; END $$;
       CREATE TRIGGER refuse BEFORE UPDATE ON wechat_user FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    const error = await settled(login('o-secret-openid'));
    expect(error).toMatchObject({ cause: { code: '23505', message: 'duplicate key' } });
    expect(logger.text).toContain('duplicate key 23505');
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('o-secret-openid');
    expect(logger.text).not.toContain('o-secret-openid');
  });

  it('[M-08] restarts the epoch at 0 after the largest integer', async () => {
    await start(1);
    await login('o-epoch');
    const id = await idOf('o-epoch');
    await test.database.query('UPDATE wechat_user SET session_epoch = 2147483647');
    expect(await test.revocations.revokeAll(id)).toBe(true);
    const last = { userId: id, id: randomUUID(), epoch: 2_147_483_647 };
    expect(await test.revocations.findEnded([last, { ...last, epoch: 0 }])).toEqual(new Set([0]));
  });
});
