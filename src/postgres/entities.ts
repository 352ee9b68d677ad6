import { WechatRevokedSession } from './wechat-revoked-session.entity.js';
import { WechatUser } from './wechat-user.entity.js';

/** Our entities, for a DataSource without `autoLoadEntities`, such as that of the migration CLI. */
export const wechatAuthEntities = [WechatUser, WechatRevokedSession];
