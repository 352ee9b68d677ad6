import { DataSource } from 'typeorm';
import { wechatAuthEntities, wechatAuthMigrations } from './src/index.js';

/** For the migration CLI of this repository: `npm run typeorm -- migration:show`. */
export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL ?? 'postgres://postgres@localhost:5432/postgres',
  entities: wechatAuthEntities,
  migrations: wechatAuthMigrations,
});
