import { DataSource } from 'typeorm';
import { wechatAuthMigrations } from '../../../src/index.js';
import { runMigrationsInTurn } from '../../support/run-migrations-in-turn.js';

/** Migrates a database; several at the same time wait for each other. */
export async function migrate(url: string): Promise<void> {
  const dataSource = new DataSource({ type: 'postgres', url, migrations: wechatAuthMigrations });
  await dataSource.initialize();
  try {
    await runMigrationsInTurn(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
