import type { Type } from '@nestjs/common';
import type { WechatLoginHook } from './login-hook.js';

/** A mini program this server serves. */
export interface WechatAppOptions {
  /** The AppID from the mini program's console, such as `wx4f4bc4dec97d474b`. */
  appid: string;
  /** The AppSecret from the same page. It never leaves the server. */
  secret: string;
}

/** One mini program, … */
export interface SingleAppOptions extends WechatAppOptions {
  apps?: undefined;
}

/** … or several in one server. */
export interface SeveralAppsOptions {
  /** The mini programs; the first is the default app: the one meant where no appid is given. */
  apps: readonly WechatAppOptions[];
  appid?: undefined;
  secret?: undefined;
}

/** How long our own sessions live and what signs them. */
export interface SessionOptions {
  /**
   * How long a session lives: seconds, or a time span with its unit such as `'2h'`; at most 7 days.
   * @defaultValue 7200
   */
  expiresIn?: number | string | undefined;
  /**
   * The secret behind the signing keys: at least 32 bytes. In a list the first signs and all
   * verify, so that a key can be replaced without a logout.
   * @defaultValue derived from the AppSecret with HKDF-SHA256
   */
  secret?: string | readonly string[] | undefined;
  /**
   * The `iss` claim of the tokens (RFC 7519 section 4.1.1).
   * @defaultValue `'nestjs-wechat-auth'`
   */
  issuer?: string | undefined;
  /**
   * Whether a user has one live session at most: a login ends all before it, on every instance, in
   * the very statement of the login.
   * @defaultValue false
   */
  single?: boolean | undefined;
}

/** How WeChat is reached. */
export interface WechatApiOptions {
  /**
   * Where WeChat's API is. `http:` only for loopback addresses, as the AppSecret travels in the URL.
   * In a list the next one is tried where no connection to the one before could be made; WeChat
   * documents `https://api2.weixin.qq.com` for that.
   * @defaultValue `'https://api.weixin.qq.com'`
   */
  baseUrl?: string | readonly string[] | undefined;
  /**
   * Milliseconds for a whole exchange, retries included; at most 60,000.
   * @defaultValue 5000
   */
  timeout?: number | undefined;
}

/** Which encrypted user data are accepted. */
export interface UserDataOptions {
  /**
   * How long ago WeChat may have stamped the data: seconds, or a time span with its unit such as
   * `'10m'`; at most 7 days.
   * @defaultValue 3600
   */
  maxAge?: number | string | undefined;
}

/** The options beside those of the apps. */
export interface CommonOptions {
  session?: SessionOptions | undefined;
  /**
   * The secret behind the keys that encrypt each `session_key` at rest: at least 32 bytes. In a
   * list the first encrypts and all decrypt.
   * @defaultValue derived from the AppSecret with HKDF-SHA256
   */
  encryptionSecret?: string | readonly string[] | undefined;
  userData?: UserDataOptions | undefined;
  wechat?: WechatApiOptions | undefined;
}

/** What `forRoot` takes and the factory of `forRootAsync` returns. */
export type WechatAuthOptions = (SingleAppOptions | SeveralAppsOptions) & CommonOptions;

/** What shapes the module itself; in `forRootAsync` it stands beside the factory. */
export interface WechatAuthModuleExtras {
  /**
   * Makes the providers and the guard available in every module.
   * @defaultValue true
   */
  isGlobal?: boolean;
  /**
   * The name of the host's DataSource, where it is not the default one.
   * @defaultValue the default DataSource
   */
  dataSource?: string | undefined;
  /**
   * Where the login routes are, or `false` for none: then call `LoginService` yourself.
   * @defaultValue `{ path: 'wechat' }`
   */
  routes?: { path: string } | false;
  /**
   * A class of yours that is called at each login, in its transaction: a provider of any of your
   * modules.
   * @defaultValue none
   */
  loginHook?: Type<WechatLoginHook> | undefined;
}

/** For `forRootAsync({ useClass })` and `useExisting`. */
export interface WechatAuthOptionsFactory {
  createWechatAuthOptions(): WechatAuthOptions | Promise<WechatAuthOptions>;
}
