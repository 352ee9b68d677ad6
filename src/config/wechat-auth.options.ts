import type { Type } from '@nestjs/common';
import type { WechatLoginHook } from './login-hook.js';

/**
 * Returns a token of WeChat that you keep yourself. Called for each request to WeChat, and once more
 * where WeChat refuses the token: keep the token, and return the newest one. It has five seconds.
 * If it throws, the request ends with `WX_APP_UNAVAILABLE`.
 */
export type WechatTokenFunction = () => string | Promise<string>;

interface AppIdentity {
  /** The AppID from the mini program's console, such as `wx4f4bc4dec97d474b`. */
  appid: string;
  /**
   * The access token of this mini program, where you keep it yourself; with `component` this is the
   * authorizer_access_token. Logins do not need it, `WechatApiService` does.
   * @defaultValue WeChat's stable token, fetched with the AppSecret; with `component` none
   */
  accessToken?: WechatTokenFunction | undefined;
}

/** A mini program with its AppSecret, … */
export interface AppWithSecretOptions extends AppIdentity {
  /** The AppSecret from the same page. It never leaves the server. */
  secret: string;
  component?: undefined;
}

/** … or one that has authorised your third-party platform, which logs in for it. */
export interface AppWithComponentOptions extends AppIdentity {
  component: WechatComponentOptions;
  secret?: undefined;
}

/** A mini program this server serves. */
export type WechatAppOptions = AppWithSecretOptions | AppWithComponentOptions;

/** A third-party platform of WeChat's Open Platform. */
export interface WechatComponentOptions {
  /** The AppID of the platform. */
  appid: string;
  /** Returns the component_access_token, which you make from the ticket that WeChat pushes. */
  accessToken: WechatTokenFunction;
}

/** One mini program, … */
export type SingleAppOptions = WechatAppOptions & { apps?: undefined; defaultAppid?: undefined };

interface NoSingleApp {
  appid?: undefined;
  secret?: undefined;
  component?: undefined;
  accessToken?: undefined;
}

/** … or several in one server, … */
export interface SeveralAppsOptions extends NoSingleApp {
  /** The mini programs; the first is the default app: the one meant where no appid is given. */
  apps: readonly WechatAppOptions[];
  defaultAppid?: undefined;
}

/** … or mini programs that come and go while the server runs, such as rows of a database. */
export interface AppsFunctionOptions extends NoSingleApp {
  /**
   * Finds a mini program. Needs `session.secret` and `encryptionSecret`, as no AppSecret is known at
   * start-up to derive them from.
   *
   * Its answers are remembered for 60 seconds, 10,000 apps at most and as many appids without one.
   * An app that is gone therefore ends its sessions within a minute, and a new AppSecret counts
   * after that time, or at once where WeChat refuses the old one.
   *
   * @example
   * apps: (appid) => dataSource.getRepository(MiniProgram).findOneBy({ appid }),
   */
  apps: WechatAppsFunction;
  /**
   * The mini program meant where no appid is given.
   * @defaultValue none: a login without an appid is `WX_APP_UNKNOWN`
   */
  defaultAppid?: string | undefined;
}

/**
 * Returns the mini program with this appid, or nothing where there is none. The appid may come from
 * anybody, and is 1 to 64 letters, digits, `_` and `-`. It has five seconds. If it throws or returns
 * anything else, the request ends with `WX_APP_UNAVAILABLE`, and the next one asks again.
 */
export type WechatAppsFunction = (appid: string) => FoundApp | Promise<FoundApp>;

type FoundApp = WechatAppOptions | null | undefined;

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
export type WechatAuthOptions = (SingleAppOptions | SeveralAppsOptions | AppsFunctionOptions) &
  CommonOptions;

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
