import { randomBytes } from 'node:crypto';

const TWO_HOURS = 7200;

interface Token {
  readonly text: string;
  readonly expiresAt: number;
}

/** WeChat's access tokens: one for each app, the same until it expires. */
export class SandboxAccessTokens {
  private readonly current = new Map<string, Token>();
  private readonly owners = new Map<string, { appid: string; token: Token }>();

  /** The response of stable_token; `expires_in` is in seconds. */
  issue(appid: string, forceRefresh: boolean): { access_token: string; expires_in: number } {
    let token = this.current.get(appid);
    if (token === undefined || token.expiresAt <= Date.now() || forceRefresh) {
      token = {
        text: randomBytes(68).toString('base64url'),
        expiresAt: Date.now() + TWO_HOURS * 1000,
      };
      this.current.set(appid, token);
      this.owners.set(token.text, { appid, token });
    }
    const left = Math.ceil((token.expiresAt - Date.now()) / 1000);
    return { access_token: token.text, expires_in: left };
  }

  /** The app of a token, or WeChat's errcode. */
  ownerOf(text: string): string | 40001 | 42001 {
    const owner = this.owners.get(text);
    if (owner === undefined) return 40001;
    const isCurrent = this.current.get(owner.appid) === owner.token;
    return isCurrent && owner.token.expiresAt > Date.now() ? owner.appid : 42001;
  }

  expireAll(): void {
    this.current.clear();
  }
}
