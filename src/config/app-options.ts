import { isRecord } from '../common/is-record.js';
import { Secret } from './secret.js';

/** A mini program of this server. */
export interface WechatApp {
  readonly appid: string;
  readonly secret: Secret;
}

/** The options that name the apps. */
export const APP_OPTIONS = ['appid', 'secret', 'apps'];

/** Reads `appid` and `secret`, or `apps`. @param problems - gets a sentence for each fault. */
export function readApps(given: unknown, problems: string[]): readonly WechatApp[] {
  const { appid, secret, apps } = isRecord(given) ? given : {};
  if (apps === undefined) return readApp('', { appid, secret }, problems);
  if (appid !== undefined || secret !== undefined) {
    problems.push('Give either appid and secret, or apps: not both.');
  }
  if (!Array.isArray(apps) || apps.length === 0) {
    problems.push('apps must be a list of one or more { appid, secret }.');
    return [];
  }
  const list = apps.flatMap((app, i) => readApp(`apps[${String(i)}].`, app, problems));
  if (new Set(list.map((app) => app.appid)).size < list.length) {
    problems.push('apps: each appid may be listed once.');
  }
  return list;
}

function readApp(prefix: string, app: unknown, problems: string[]): WechatApp[] {
  const { appid, secret } = isRecord(app) ? app : {};
  const hasAppid = typeof appid === 'string' && /^[\w-]{1,64}$/.test(appid);
  const hasSecret = typeof secret === 'string' && /^[\x21-\x7e]{1,256}$/.test(secret);
  if (!hasAppid) {
    problems.push(
      `${prefix}appid is missing or not an AppID such as wx4f4bc4dec97d474b (with wechatAuthConfig: set WECHAT_APPID).`,
    );
  }
  if (!hasSecret) {
    problems.push(
      `${prefix}secret is missing or not an AppSecret; copy it from the mini program's console (with wechatAuthConfig: set WECHAT_SECRET).`,
    );
  }
  return hasAppid && hasSecret ? [{ appid, secret: new Secret(secret) }] : [];
}
