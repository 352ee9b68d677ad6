import { registerAs } from '@nestjs/config';
import type { WechatAuthOptions } from './wechat-auth.options.js';

/**
 * The options from the environment, for `WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider())`:
 * `WECHAT_APPID`, `WECHAT_SECRET`, and where they are set `WECHAT_SESSION_SECRET` and
 * `WECHAT_ENCRYPTION_SECRET`. The latter two may be lists, separated by commas.
 */
export const wechatAuthConfig = registerAs('wechatAuth', (): WechatAuthOptions => ({
  appid: process.env.WECHAT_APPID ?? '',
  secret: process.env.WECHAT_SECRET ?? '',
  session: { secret: listOf(process.env.WECHAT_SESSION_SECRET) },
  encryptionSecret: listOf(process.env.WECHAT_ENCRYPTION_SECRET),
}));

const listOf = (variable: string | undefined): string[] | undefined =>
  variable?.split(',').map((secret) => secret.trim());
