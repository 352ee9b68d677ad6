import { randomBytes } from 'node:crypto';
import type { SandboxUser } from './sandbox.types.js';

const FIVE_MINUTES = 5 * 60_000;

interface Login {
  readonly openid: string;
  readonly unionid: string | undefined;
  readonly sessionKey: string;
  readonly expiresAt: number;
  /** Absent until the first app presents the code, where the sandbox knows no apps. */
  appid: string | undefined;
  spent: boolean;
}

/** The logins that WeChat knows of: each code works once, for five minutes, for one app. */
export class SandboxCodes {
  private readonly logins = new Map<string, Login>();

  /** What `wx.login` does: a fresh code, and with it a new `session_key`. */
  issue({ openid, unionid, appid }: SandboxUser): string {
    const code = randomBytes(24).toString('base64url');
    this.logins.set(code, {
      openid: openid ?? `o${randomBytes(20).toString('base64url')}`,
      unionid,
      appid,
      sessionKey: randomBytes(16).toString('base64'),
      expiresAt: Date.now() + FIVE_MINUTES,
      spent: false,
    });
    return code;
  }

  /** The login behind a code, which is spent by this, or the errcode that WeChat answers. */
  spend(code: string, appid: string): Login | 40029 | 40163 {
    const login = this.logins.get(code);
    if (login === undefined || Date.now() >= login.expiresAt) return 40029;
    if ((login.appid ?? appid) !== appid) return 40029;
    if (login.spent) return 40163;
    login.appid = appid;
    login.spent = true;
    return login;
  }
}
