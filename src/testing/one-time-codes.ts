import { randomBytes } from 'node:crypto';

const FIVE_MINUTES = 5 * 60_000;

interface Entry<T> {
  readonly value: T;
  readonly expiresAt: number;
  /** Absent until an app first presents the code, if none was named. */
  appid: string | undefined;
  spent: boolean;
}

/** Codes of WeChat: each is valid once, for five minutes, for one app. */
export class OneTimeCodes<T> {
  private readonly entries = new Map<string, Entry<T>>();

  issue(value: T, appid: string | undefined): string {
    const code = randomBytes(24).toString('base64url');
    this.entries.set(code, { value, appid, expiresAt: Date.now() + FIVE_MINUTES, spent: false });
    return code;
  }

  /** Uses a code. @returns its value, or WeChat's errcode. */
  spend(code: string, appid: string): T | 40029 | 40163 {
    const entry = this.entries.get(code);
    if (entry === undefined || Date.now() >= entry.expiresAt) return 40029;
    if ((entry.appid ?? appid) !== appid) return 40029;
    if (entry.spent) return 40163;
    entry.appid = appid;
    entry.spent = true;
    return entry.value;
  }
}
