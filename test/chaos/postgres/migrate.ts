import { DataSource } from 'typeorm';
import { wechatAuthMigrations } from '../../../src/index.js';

/** The first step of an app like the README's. */
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
