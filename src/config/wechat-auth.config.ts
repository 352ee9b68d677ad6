import type { Secret } from './secret.js';
import { OptionsCheck } from './options-check.js';
import type { WechatAuthModuleExtras, WechatAuthOptions } from './wechat-auth.options.js';

/** Injects the {@link WechatAuthConfig}. */
export const WECHAT_AUTH_CONFIG = Symbol('WECHAT_AUTH_CONFIG');

/** A mini program of this server. */
export interface WechatApp {
  readonly appid: string;
  readonly secret: Secret;
}

/** The options once checked, with their defaults: what the services are built from. */
export interface WechatAuthConfig {
  /** At least one; the first is the default app. */
  readonly apps: readonly WechatApp[];
  readonly session: {
    /** Seconds. */
    readonly expiresIn: number;
    /** The first signs, all verify; empty: derived from the AppSecret. */
    readonly secrets: readonly Secret[];
    readonly issuer: string;
  };
  /** The first encrypts, all decrypt; empty: derived from the AppSecret. */
  readonly encryptionSecrets: readonly Secret[];
  readonly userData: {
    /** Seconds. */
    readonly maxAge: number;
  };
  readonly wechat: { readonly baseUrl: string; readonly timeout: number };
}

/**
 * Checks every option, since what comes from JavaScript or the environment has no types.
 * @throws {@link WechatAuthConfigError} that lists all faults and echoes no value.
 */
export function checkOptions(
  options: WechatAuthOptions,
  extras: WechatAuthModuleExtras = {},
): WechatAuthConfig {
  const check = new OptionsCheck();
  check.extras({ ...extras });
  const root = check.record('the options', options, [
    'appid',
    'secret',
    'apps',
    'session',
    'encryptionSecret',
    'userData',
    'wechat',
  ]);
  const session = check.record('session', root.session, ['expiresIn', 'secret', 'issuer']);
  const userData = check.record('userData', root.userData, ['maxAge']);
  const wechat = check.record('wechat', root.wechat, ['baseUrl', 'timeout']);
  const config = {
    apps: check.apps(root),
    session: {
      expiresIn: check.seconds('session.expiresIn', session.expiresIn, 7200),
      secrets: check.secrets('session.secret', session.secret),
      issuer: check.issuer(session.issuer),
    },
    encryptionSecrets: check.secrets('encryptionSecret', root.encryptionSecret),
    userData: { maxAge: check.seconds('userData.maxAge', userData.maxAge, 3600) },
    wechat: {
      baseUrl: check.baseUrl(wechat.baseUrl),
      timeout: check.timeout(wechat.timeout),
    },
  };
  const keys = [session.secret, root.encryptionSecret];
  if (keys.includes(undefined)) check.derivation(config.apps);
  check.done();
  return config;
}
