import { DataSource } from 'typeorm';
import { wechatAuthMigrations } from '../../../src/index.js';

/** What an app with the wiring of the README does first. */
export async function migrate(url: string): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations: wechatAuthMigrations,
    migrationsRun: true,
  });
  await dataSource.initialize();
  await dataSource.destroy();
}
