// Jest loads its set-up without a transform, so this is JavaScript and registers one itself.
import process from 'node:process';
import '@swc-node/register/esm-register';

/**
 * Starts one PostgreSQL for the whole run, unless TEST_POSTGRES_URL is set; each test file creates
 * a database of its own in it.
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
