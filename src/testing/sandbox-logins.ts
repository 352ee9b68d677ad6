import { randomBytes } from 'node:crypto';
import { OneTimeCodes } from './one-time-codes.js';
import type { SandboxUser } from './sandbox.types.js';

/** What WeChat answers to a code of `wx.login`. */
export interface SandboxLogin {
  readonly openid: string;
  readonly unionid: string | undefined;
  readonly sessionKey: string;
}

/** The logins that WeChat knows of, and the `session_key` that each user has now. */
export class SandboxLogins {
  private readonly codes = new OneTimeCodes<SandboxLogin>();
  /** By openid, which the sandbox takes to be the same in all apps. */
  private readonly sessionKeys = new Map<string, string>();
  private readonly appids = new Map<string, string>();

  /** What `wx.login` does: a fresh code, and with it a new `session_key`. */
  issueCode({ openid = newOpenid(), unionid, appid }: SandboxUser): string {
    if (appid !== undefined) this.appids.set(openid, appid);
    return this.codes.issue({ openid, unionid, sessionKey: this.renewSessionKey(openid) }, appid);
  }

  /** The login behind a code, which is spent by this, or the errcode that WeChat answers. */
  spendCode(code: string, appid: string): SandboxLogin | 40029 | 40163 {
    const login = this.codes.spend(code, appid);
    if (typeof login === 'object') this.appids.set(login.openid, appid);
    return login;
  }

  /** The app of the user's last code; `undefined` while no app is known to be that of the code. */
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
