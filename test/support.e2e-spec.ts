import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { LogCapture } from './support/log-capture.js';
import { platforms } from './support/platforms.js';
import { temporaryFolder } from '../examples/demo/postgres/postgres-home.js';
import { startPostgres } from '../examples/demo/postgres/postgres.js';

describe('a test database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('is an empty database on a real PostgreSQL', async () => {
    const [server] = await database.query<{ version: number; tables: number }>(
      `SELECT current_setting('server_version_num')::int AS version,
              (SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public') AS tables`,
    );
    expect(server).toEqual({ version: expect.any(Number), tables: 0 });
    expect(server?.version).toBeGreaterThanOrEqual(130_000);
  });

  it('can be dropped while others are in use', async () => {
    const other = await createTestDatabase();
    await other.drop();
    await expect(other.query('SELECT 1')).rejects.toThrow(/does not exist/);
    await expect(database.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });
});

describe('startPostgres', () => {
  it('locks its data folder, keeps its data after a restart, and deletes them if they are not persistent', async () => {
    const dataDir = temporaryFolder();
    const first = await startPostgres({ dataDir, persistent: true });
    await first.createDatabase('kept');
    await expect(startPostgres({ dataDir, persistent: true })).rejects.toThrow(
      /runs on .+ already, as process \d+/,
    );
    await expect(startPostgres({ dataDir, persistent: true, port: first.port })).rejects.toThrow(
      `port ${String(first.port)}`,
    );
    await Promise.all([first.stop(), first.stop()]);
    const second = await startPostgres({ dataDir, persistent: false });
    await expect(second.createDatabase('kept')).rejects.toThrow(/already exists/);
    await second.stop();
    expect(existsSync(dataDir)).toBe(false);
  });

  it('reports why PostgreSQL does not start', async () => {
    const dataDir = temporaryFolder();
    const start = startPostgres({ dataDir, persistent: false, flags: ['-c', 'no_such=1'] });
    await expect(start).rejects.toThrow(/did not start[^]+no_such/);
    expect(existsSync(dataDir)).toBe(false);
  });
});

it('LogCapture prints objects at any depth', () => {
  const logs = new LogCapture();
  logs.error('failed', { a: { b: { c: { d: 'deep' } } } });
  expect(logs.text).toMatch(/^error failed .*deep/s);
});

it.each(platforms)('$name serves a test app', async (platform) => {
  const module = await Test.createTestingModule({}).setLogger(new LogCapture()).compile();
  const { app, url } = await platform.listen(module);
  await expect(fetch(url)).resolves.toMatchObject({ status: 404 });
  await app.close();
});
