// Jest loads its set-up as it stands, so this is JavaScript and lets Node read the TypeScript.
import process from 'node:process';
import '@swc-node/register/esm-register';

/**
 * One PostgreSQL for the whole run, where none is given; each test file makes a database of its
 * own in it.
 */
export default async function globalSetup() {
  if (process.env.TEST_POSTGRES_URL !== undefined) return;
  const { startPostgres } = await import('../../examples/demo/postgres/postgres.ts');
  const { temporaryFolder } = await import('../../examples/demo/postgres/postgres-home.ts');
  const postgres = await startPostgres({
    dataDir: temporaryFolder(),
    persistent: false,
    flags: ['-c', 'fsync=off', '-c', 'max_connections=300'],
  });
  process.env.TEST_POSTGRES_URL = postgres.url();
  globalThis.stopTestPostgres = () => postgres.stop();
}
