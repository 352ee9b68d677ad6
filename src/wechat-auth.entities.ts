import { WechatRevokedSession } from './sessions/wechat-revoked-session.entity.js';
import { WechatUser } from './users/wechat-user.entity.js';

/** Our entities, for a DataSource without `autoLoadEntities`, such as that of the migration CLI. */
export const wechatAuthEntities = [WechatUser, WechatRevokedSession];
