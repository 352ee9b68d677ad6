import { CreateWechatAuth1763800000000 } from './1763800000000-create-wechat-auth.js';

/** Our migrations, for `migrations: [...wechatAuthMigrations, ...yours]` of the DataSource. */
export const wechatAuthMigrations = [CreateWechatAuth1763800000000];
