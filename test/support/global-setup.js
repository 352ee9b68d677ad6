// Jest loads its set-up as it stands, so this is JavaScript and lets Node read the TypeScript.
import '@swc-node/register/esm-register';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** One PostgreSQL for the whole run; each test file makes a database of its own in it. */
export default async function globalSetup() {
  const { startPostgres } = await import('./postgres.ts');
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-'));
  // As root the server runs as another user, who has to get in.
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({
    dataDir: join(folder, 'data'),
    persistent: false,
    flags: ['-c', 'fsync=off', '-c', 'max_connections=300'],
  });
  process.env.TEST_POSTGRES_URL = postgres.url();
  globalThis.stopTestPostgres = async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
