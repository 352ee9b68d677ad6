import { serverUrls } from './server-urls.js';
import type { WxLike } from './wx-like.js';
import type { WxSessionOptions } from './wx-session.types.js';

declare const wx: WxLike | undefined;

/** The checked options with their defaults. */
export interface Settings extends WxSessionOptions {
  loginTimeout: number;
  maxRetryAfter: number;
  autoLogin: boolean;
  storageKey: string;
  platform: () => WxLike;
  urlOf: (url: string) => string;
  /** The path of the login routes. */
  routes: string;
}

/** @throws `TypeError` if `baseUrl` is not a URL */
export function settingsFrom(options: WxSessionOptions): Settings {
  const { storageKey = 'wx-session', path = 'wechat', appid } = options;
  const { loginTimeout = 10_000, maxRetryAfter = 10, autoLogin = true } = options;
  const urlOf = serverUrls(options.baseUrl);
  return Object.assign({}, options, {
    loginTimeout,
    maxRetryAfter,
    autoLogin,
    storageKey: appid ? `${storageKey} ${appid}` : storageKey,
    platform: () => {
      const found = options.wx ?? (typeof wx === 'undefined' ? undefined : wx);
      if (!found) throw new TypeError('There is no global wx here: give createWxSession a "wx".');
      return found;
    },
    urlOf,
    routes: urlOf(path.replace(/^\/+/, '')).replace(/\/+$/, ''),
  });
}
