import { CreateWechatAuth1763800000000 } from './1763800000000-create-wechat-auth.js';

/**
 * The migrations that create and change the tables of the library.
 *
 * @example
 * export default new DataSource({
 *   type: 'postgres',
 *   url: process.env.DATABASE_URL ?? '',
 *   entities: [...wechatAuthEntities],
 *   migrations: [...wechatAuthMigrations],
 * });
 * @publicApi
 */
export const wechatAuthMigrations = [CreateWechatAuth1763800000000];
