/** A mini program that the sandbox knows. A test may change it: the next request counts. */
export interface SandboxApp {
  appid: string;
  /** Needed by all but `/sns/component/jscode2session`. */
  secret?: string | undefined;
  /**
   * The third-party platform that the mini program has authorised, and its component_access_token.
   * @defaultValue none: a login through a platform is 61003
   */
  component?: { appid: string; accessToken: string } | undefined;
}

/** How the sandbox is started. */
export interface WechatSandboxOptions {
  /**
   * The port on 127.0.0.1.
   * @defaultValue any free one
   */
  port?: number | undefined;
  /**
   * The mini programs there are; the first is the one a code is for where none is named.
   * @defaultValue every appid with every secret; a code is then for the app that first presents it
   */
  apps?: readonly SandboxApp[] | undefined;
}

/** Who logs in with a code. */
export interface SandboxUser {
  /** @defaultValue a user never seen before */
  openid?: string | undefined;
  /** @defaultValue none */
  unionid?: string | undefined;
  /** The mini program the code is for. */
  appid?: string | undefined;
}

/** Whose phone number is behind a code of the `getPhoneNumber` button. */
export interface SandboxPhone {
  openid: string;
  /** Without the country code. @defaultValue `'13800138000'` */
  phoneNumber?: string | undefined;
  /** WeChat documents it as a text and as a number. @defaultValue `'86'` */
  countryCode?: string | number | undefined;
  /** The mini program the code is for. */
  appid?: string | undefined;
}

/** What WeChat was asked. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  /** The query; a `secret`, an `access_token` and a `component_access_token` are not kept. */
  readonly query: Readonly<Record<string, string>>;
  readonly at: Date;
}

/** An answer of WeChat, before any fault. */
export type SandboxAnswer = Record<string, unknown>;
