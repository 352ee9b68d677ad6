import type { Type } from '@nestjs/common';
import type { WechatLoginHook } from './login-hook.js';

/**
 * Returns a token of WeChat that your app manages itself. Called for each request to WeChat, and once
 * more if WeChat refuses the token, so cache the token and return the newest one. It must return
 * within five seconds. If it throws, the request ends with `WX_APP_UNAVAILABLE`.
 *
 * @example
 * const accessToken: WechatTokenFunction = () => redis.get('wechat:access-token');
 * @publicApi
 */
export type WechatTokenFunction = () => string | Promise<string>;

interface AppIdentity {
  /** The AppID from the mini program's console, such as `wx4f4bc4dec97d474b`. */
  appid: string;
  /**
   * The access token of this mini program, if your app manages it itself; with `component` this is
   * the authorizer_access_token. `WechatApiService` needs it; logins do not.
   * @defaultValue WeChat's stable token, requested with the AppSecret; with `component` none
   */
  accessToken?: WechatTokenFunction | undefined;
}

/**
 * A mini program with its AppSecret.
 * @publicApi
 */
export interface AppWithSecretOptions extends AppIdentity {
  /** The AppSecret from the same page. It never leaves the server. */
  secret: string;
  component?: undefined;
}

/**
 * A mini program that has authorised your third-party platform, whose token replaces the AppSecret.
 * @publicApi
 */
export interface AppWithComponentOptions extends AppIdentity {
  component: WechatComponentOptions;
  secret?: undefined;
}

/**
 * A mini program of this server.
 * @publicApi
 */
export type WechatAppOptions = AppWithSecretOptions | AppWithComponentOptions;

/**
 * A third-party platform of WeChat's Open Platform.
 * @publicApi
 */
export interface WechatComponentOptions {
  /** The AppID of the platform. */
  appid: string;
  /** Returns the component_access_token, which your app requests with the ticket that WeChat pushes. */
  accessToken: WechatTokenFunction;
}

/**
 * The options of a server with one mini program.
 * @publicApi
 */
export type SingleAppOptions = WechatAppOptions & { apps?: undefined; defaultAppid?: undefined };

interface NoSingleApp {
  appid?: undefined;
  secret?: undefined;
  component?: undefined;
  accessToken?: undefined;
}

/**
 * The options of a server with several mini programs.
 * @publicApi
 */
export interface SeveralAppsOptions extends NoSingleApp {
  /** The mini programs. The first is the default app, which is used if no appid is given. */
  apps: readonly WechatAppOptions[];
  defaultAppid?: undefined;
}

/**
 * The options of a server whose mini programs change while it runs, such as rows of a database.
 * @publicApi
 */
export interface AppsFunctionOptions extends NoSingleApp {
  /**
   * Finds a mini program. Requires `session.secret` and `encryptionSecret`, because no AppSecret is
   * known at start-up to derive them from.
   *
   * Results are cached for 60 seconds: at most 10,000 apps and as many unknown appids. The sessions
   * of a removed app therefore end within a minute. A new AppSecret is used after the same time, or
   * at once if WeChat refuses the old one.
   *
   * @example
   * apps: (appid) => dataSource.getRepository(MiniProgram).findOneBy({ appid }),
   */
  apps: WechatAppsFunction;
  /**
   * The mini program that is used if no appid is given.
   * @defaultValue none: a login without an appid is refused with `WX_APP_UNKNOWN`
   */
  defaultAppid?: string | undefined;
}

/**
 * Returns the mini program with this appid, or `null` or `undefined` if there is none. The appid is
 * untrusted input of 1 to 64 letters, digits, `_` and `-`. It must return within five seconds. If it
 * throws or returns anything else, the request ends with `WX_APP_UNAVAILABLE`, and the next one calls
 * it again.
 *
 * @example
 * const apps: WechatAppsFunction = (appid) =>
 *   dataSource.getRepository(MiniProgram).findOneBy({ appid });
 * @publicApi
 */
export type WechatAppsFunction = (appid: string) => FoundApp | Promise<FoundApp>;

type FoundApp = WechatAppOptions | null | undefined;

/**
 * How long sessions last and how they are signed.
 * @publicApi
 */
export interface SessionOptions {
  /**
   * How long a session lasts: seconds, or a time span with its unit such as `'2h'`; at most 7 days.
   * @defaultValue 7200
   */
  expiresIn?: number | string | undefined;
  /**
   * The secret from which the signing keys are derived: at least 32 bytes. In a list the first signs
   * and all verify, so that a secret can be replaced without a logout.
   * @defaultValue derived from the AppSecret with HKDF-SHA256
   */
  secret?: string | readonly string[] | undefined;
  /**
   * The `iss` claim of the tokens (RFC 7519 section 4.1.1).
   * @defaultValue `'nestjs-wechat-auth'`
   */
  issuer?: string | undefined;
  /**
   * Whether a user has at most one live session: a login ends all earlier ones, on every instance,
   * in the same statement.
   * @defaultValue false
   */
  single?: boolean | undefined;
}

/**
 * How WeChat's API is called.
 * @publicApi
 */
export interface WechatApiOptions {
  /**
   * The base URL of WeChat's API. `http:` only for loopback addresses, because the URLs contain the
   * AppSecret. In a list, the next one is tried if no connection to the previous one can be made;
   * WeChat documents `https://api2.weixin.qq.com` for this.
   * @defaultValue `'https://api.weixin.qq.com'`
   */
  baseUrl?: string | readonly string[] | undefined;
  /**
   * Milliseconds for a whole call, including retries; at most 60,000.
   * @defaultValue 5000
   */
  timeout?: number | undefined;
}

/**
 * Which encrypted user data are accepted.
 * @publicApi
 */
export interface UserDataOptions {
  /**
   * The greatest age of the data, by WeChat's watermark: seconds, or a time span with its unit such
   * as `'10m'`; at most 7 days.
   * @defaultValue 3600
   */
  maxAge?: number | string | undefined;
}

/** The options that do not name apps. */
export interface CommonOptions {
  session?: SessionOptions | undefined;
  /**
   * The secret from which the keys that encrypt each `session_key` at rest are derived: at least 32
   * bytes. In a list the first encrypts and all decrypt.
   * @defaultValue derived from the AppSecret with HKDF-SHA256
   */
  encryptionSecret?: string | readonly string[] | undefined;
  userData?: UserDataOptions | undefined;
  wechat?: WechatApiOptions | undefined;
}

/**
 * The options of `forRoot`, and what the factory of `forRootAsync` returns.
 *
 * @example
 * const options: WechatAuthOptions = {
 *   appid: 'wx1234567890abcdef',
 *   secret: config.getOrThrow('WECHAT_SECRET'),
 *   session: { expiresIn: '1d' },
 * };
 * @publicApi
 */
export type WechatAuthOptions = (SingleAppOptions | SeveralAppsOptions | AppsFunctionOptions) &
  CommonOptions;

/**
 * The options of the module itself; in `forRootAsync` they are next to the factory.
 * @publicApi
 */
export interface WechatAuthModuleExtras {
  /**
   * Makes the providers and the guard available in every module.
   * @defaultValue true
   */
  isGlobal?: boolean;
  /**
   * The name of your DataSource, if it is not the default one.
   * @defaultValue the default DataSource
   */
  dataSource?: string | undefined;
  /**
   * The path of the login routes, or `false` for none: then call `LoginService` yourself.
   * @defaultValue `{ path: 'wechat' }`
   */
  routes?: { path: string } | false;
  /**
   * A class that is called at each login, in its transaction: a provider of any of your modules.
   * @defaultValue none
   */
  loginHook?: Type<WechatLoginHook> | undefined;
}

/**
 * For `forRootAsync({ useClass })` and `useExisting`.
 *
 * @example
 * \@Injectable()
 * class WechatOptions implements WechatAuthOptionsFactory {
 *   constructor(private readonly config: ConfigService) {}
 *
 *   createWechatAuthOptions(): WechatAuthOptions {
 *     return { appid: 'wx1234567890abcdef', secret: this.config.getOrThrow('WECHAT_SECRET') };
 *   }
 * }
 * @publicApi
 */
export interface WechatAuthOptionsFactory {
  createWechatAuthOptions(): WechatAuthOptions | Promise<WechatAuthOptions>;
}
