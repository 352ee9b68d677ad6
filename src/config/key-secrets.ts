import type { Secret } from './secret.js';
import type { WechatAuthConfig } from './wechat-auth.config.js';

/**
 * The secrets behind the keys of an app: those that are configured, or its AppSecret. None where it
 * is not one of ours; where the host finds the apps, any app may be.
 */
export function keySecretsOf(
  { apps, findApp }: WechatAuthConfig,
  configured: readonly Secret[],
  appid: string,
): readonly Secret[] {
  const app = apps.find((candidate) => candidate.appid === appid);
  if (app === undefined && findApp === undefined) return [];
  if (configured.length > 0) return configured;
  return app?.secret === undefined ? [] : [app.secret];
}
