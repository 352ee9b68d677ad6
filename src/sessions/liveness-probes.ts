import { Injectable } from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { WechatStore } from '../store/wechat-store.js';
import { WechatUser } from '../users/wechat-user.entity.js';
import type { SessionClaims } from './session-claims.js';
import { WechatRevokedSession } from './wechat-revoked-session.entity.js';

interface Probe {
  readonly claims: SessionClaims;
  readonly resolve: (isLive: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks Postgres whether sessions are live. Nothing is remembered, yet many probes share a query:
 * those that come in while one is under way go out together in the next, which is sent after each
 * of them came in.
 */
@Injectable()
export class LivenessProbes {
  private waiting: Probe[] = [];
  private busy = false;

  constructor(private readonly store: WechatStore) {}

  /**
   * Whether nobody has ended the session, and its user is there.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  isLive(claims: SessionClaims): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ claims, resolve, reject });
      if (this.busy) return;
      this.busy = true;
      // After the requests that have already arrived: they go along.
      setImmediate(() => void this.send());
    });
  }

  private async send(): Promise<void> {
    while (this.waiting.length > 0) {
      const probes = this.waiting;
      this.waiting = [];
      try {
        const ended = await this.ask(probes.map(({ claims }) => claims));
        probes.forEach(({ resolve }, i) => {
          resolve(!ended.includes(i + 1));
        });
      } catch (error) {
        // Those that came in meanwhile have waited as long: they are not put off once more.
        for (const { reject } of [...probes, ...this.waiting.splice(0)]) reject(error);
      }
    }
    this.busy = false;
  }

  /** The places in the list, from 1, of the sessions that have ended. */
  private async ask(sessions: readonly SessionClaims[]): Promise<readonly number[]> {
    const { rows } = await this.store.query<{ asked: number; ended: number[] | null }>(
      `SELECT count(*)::int AS asked,
         array_agg(s.place::int) FILTER (WHERE
           (SELECT u.session_epoch FROM ${this.store.table(WechatUser)} u
            WHERE u.id = s.user_id) IS DISTINCT FROM s.epoch
           OR (SELECT r.id FROM ${this.store.table(WechatRevokedSession)} r
            WHERE r.user_id = s.user_id AND r.id = s.id) IS NOT NULL) AS ended
       FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS s(user_id, id, epoch, place)`,
      () => [
        arrayOf(sessions.map(({ sub }) => sub)),
        arrayOf(sessions.map(({ jti }) => jti)),
        arrayOf(sessions.map(({ epoch }) => epoch)),
      ],
    );
    const [answer] = rows;
    // An answer about others than those in question lets nobody in.
    if (answer?.asked !== sessions.length) throw new WechatAuthError('WX_STORE_UNAVAILABLE');
    return answer.ended ?? [];
  }
}

/** An array of Postgres; UUIDs and numbers need no quotes, which pg would weigh up one by one. */
const arrayOf = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;
