/**
 * A mini program of the sandbox. A test may change it: the next request uses the new values.
 * @publicApi
 */
export interface SandboxApp {
  appid: string;
  /** Required except for `/sns/component/jscode2session`. */
  secret?: string | undefined;
  /**
   * The third-party platform that the mini program has authorised, and its component_access_token.
   * @defaultValue none: a login through a platform fails with errcode 61003
   */
  component?: { appid: string; accessToken: string } | undefined;
}

/**
 * The options of {@link WechatSandbox.start}.
 * @publicApi
 */
export interface WechatSandboxOptions {
  /**
   * The port on 127.0.0.1.
   * @defaultValue any free port
   */
  port?: number | undefined;
  /**
   * The mini programs. The first is used for codes without an `appid`.
   * @defaultValue any appid with any secret; a code then belongs to the app that first presents it
   */
  apps?: readonly SandboxApp[] | undefined;
}

/**
 * The user of a login code.
 * @publicApi
 */
export interface SandboxUser {
  /** @defaultValue a new user */
  openid?: string | undefined;
  /** @defaultValue none */
  unionid?: string | undefined;
  /** The mini program the code is for. */
  appid?: string | undefined;
}

/**
 * The user and number of a phone code.
 * @publicApi
 */
export interface SandboxPhone {
  openid: string;
  /** Without the country code. @defaultValue `'13800138000'` */
  phoneNumber?: string | undefined;
  /** WeChat documents it as a string and as a number. @defaultValue `'86'` */
  countryCode?: string | number | undefined;
  /** The mini program the code is for. */
  appid?: string | undefined;
}

/**
 * A request that the sandbox has received.
 * @publicApi
 */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  /** The query without `secret`, `access_token` and `component_access_token`. */
  readonly query: Readonly<Record<string, string>>;
  readonly at: Date;
}

/** WeChat's answer, before any fault. */
export type SandboxAnswer = Record<string, unknown>;
