import { DataSource, MigrationExecutor } from 'typeorm';
import { wechatAuthMigrations } from '../../../src/index.js';

/** Migrates as the page on deployment advises: several at the same time wait for each other. */
export async function migrate(url: string): Promise<void> {
  const dataSource = new DataSource({ type: 'postgres', url, migrations: wechatAuthMigrations });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  await runner.query(`SELECT pg_advisory_lock(hashtext('migrations'))`);
  try {
    await new MigrationExecutor(dataSource, runner).executePendingMigrations();
  } finally {
    await runner.query(`SELECT pg_advisory_unlock(hashtext('migrations'))`);
    await runner.release();
    await dataSource.destroy();
  }
}
