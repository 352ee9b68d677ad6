import { randomBytes } from 'node:crypto';
import { OneTimeCodes } from './one-time-codes.js';
import type { SandboxUser } from './sandbox.types.js';

/** WeChat's answer to a code of `wx.login`. */
export interface SandboxLogin {
  readonly openid: string;
  readonly unionid: string | undefined;
  readonly sessionKey: string;
}

/** The logins, and the current `session_key` of each user. */
export class SandboxLogins {
  private readonly codes = new OneTimeCodes<SandboxLogin>();
  /** By openid, which is the same in all apps of the sandbox. */
  private readonly sessionKeys = new Map<string, string>();
  private readonly appids = new Map<string, string>();

  /** Like `wx.login`: a fresh code and a new `session_key`. */
  issueCode({ openid = newOpenid(), unionid, appid }: SandboxUser): string {
    if (appid !== undefined) this.appids.set(openid, appid);
    return this.codes.issue({ openid, unionid, sessionKey: this.renewSessionKey(openid) }, appid);
  }

  /** Uses a code. @returns its login, or WeChat's errcode. */
  spendCode(code: string, appid: string): SandboxLogin | 40029 | 40163 {
    const login = this.codes.spend(code, appid);
    if (typeof login === 'object') this.appids.set(login.openid, appid);
    return login;
  }

  /** The app of the user's last code; `undefined` if not yet known. */
  appidOf(openid: string): string | undefined {
    return this.appids.get(openid);
  }

  sessionKeyOf(openid: string): string | undefined {
    return this.sessionKeys.get(openid);
  }

  renewSessionKey(openid: string): string {
    const sessionKey = randomBytes(16).toString('base64');
    this.sessionKeys.set(openid, sessionKey);
    return sessionKey;
  }
}

const newOpenid = (): string => `o${randomBytes(20).toString('base64url')}`;
