import { MigrationExecutor, type DataSource } from 'typeorm';

/** As the page on deployment has it for several instances: they wait for each other. */
export async function runMigrationsInTurn(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  await runner.query(`SELECT pg_advisory_lock(hashtext('migrations'))`);
  try {
    await new MigrationExecutor(dataSource, runner).executePendingMigrations();
  } finally {
    await runner.query(`SELECT pg_advisory_unlock(hashtext('migrations'))`);
    await runner.release();
  }
}
