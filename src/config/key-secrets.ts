import type { Secret } from './secret.js';
import type { WechatAuthConfig } from './wechat-auth.config.js';

/**
 * The secrets from which the keys of an app are derived: the configured ones, or its AppSecret.
 * None if the app is unknown. If `apps` is a function, every appid counts as known.
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
