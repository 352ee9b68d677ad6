import { Client } from 'pg';
import { SessionsService, WechatAuthError, type WxSession } from '../../../src/index.js';
import type { AppSettings } from './settings.js';

type Verify = (this: SessionsService, token: string) => Promise<WxSession>;

/** The claims of a session token, as in the README. */
interface Claims {
  readonly sub: string;
  readonly aud: string;
  readonly jti: string;
  readonly epoch: number;
  readonly iat: number;
  readonly exp: number;
}

/** Adds a common mistake to this process, which the checks must find. */
export function makeMistake({ mistake, standbyUrl = '' }: AppSettings): void {
  if (mistake === undefined) return;
  const sessions: { verify: Verify } = SessionsService.prototype;
  sessions.verify =
    mistake === 'asks-standby' ? askingStandby(standbyUrl) : ridingOnOlderQuery(sessions.verify);
}

/** Concurrent callers share a running query, whose answer can be older than their call. */
function ridingOnOlderQuery(verify: Verify): Verify {
  const underWay = new Map<string, Promise<WxSession>>();
  return function (token) {
    const answer =
      underWay.get(token) ??
      verify.call(this, token).finally(() => {
        underWay.delete(token);
      });
    underWay.set(token, answer);
    return answer;
  };
}

/** A read replica answers the probes, and receives each logout a little later. */
function askingStandby(url: string): Verify {
  const standby = new Client({ connectionString: url });
  const connected = standby.connect();
  return async function (token) {
    await connected;
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    const { sub, aud, jti, epoch, iat, exp } = JSON.parse(payload) as Claims;
    const { rows } = await standby.query<{ live: boolean }>(
      `SELECT EXISTS (SELECT FROM wechat_user WHERE id = $1 AND session_epoch = $3)
         AND NOT EXISTS (SELECT FROM wechat_revoked_session WHERE user_id = $1 AND id = $2) AS live`,
      [sub, jti, epoch],
    );
    if (rows[0]?.live !== true) throw new WechatAuthError('WX_SESSION_REVOKED');
    const [issuedAt, expiresAt] = [new Date(iat * 1000), new Date(exp * 1000)];
    return { id: jti, userId: sub, appid: aud, issuedAt, expiresAt };
  };
}
