import { WechatRevokedSession } from './wechat-revoked-session.entity.js';
import { WechatUser } from './wechat-user.entity.js';

/**
 * The entities of the library, for a DataSource without `autoLoadEntities`, such as the one for
 * TypeORM's command line.
 *
 * @example
 * const dataSource = new DataSource({ type: 'postgres', entities: [...wechatAuthEntities] });
 * @publicApi
 */
export const wechatAuthEntities = [WechatUser, WechatRevokedSession];
