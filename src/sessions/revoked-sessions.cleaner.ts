import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { WechatStore } from '../store/wechat-store.js';
import { WechatRevokedSession } from './wechat-revoked-session.entity.js';

const EVERY_MS = 10 * 60_000;
const BATCH = 1000;

/** Clears the revocations of sessions that have expired since, in small batches. */
@Injectable()
export class RevokedSessionsCleaner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('WechatAuth');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly store: WechatStore) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.clearQuietly();
    }, EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /**
   * Clears all there is to clear, as long as no other instance is at it.
   * @returns how many rows went.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  async clear(): Promise<number> {
    let cleared = 0;
    for (let batch = BATCH; batch === BATCH && !this.stopped; cleared += batch) {
      batch = await this.clearBatch();
    }
    return cleared;
  }

  private async clearQuietly(): Promise<void> {
    try {
      await this.clear();
    } catch (error) {
      // The next round tries again; of its own errors the store has logged why.
      if (!(error instanceof WechatAuthError)) this.logger.error(error);
    }
  }

  private async clearBatch(): Promise<number> {
    const table = this.store.table(WechatRevokedSession);
    // An hour's grace: an instance whose clock is behind that of Postgres still takes the token.
    const { rowCount } = await this.store.query(
      `DELETE FROM ${table} r USING (
         SELECT user_id, id FROM ${table}
         WHERE expires_at < now() - interval '1 hour'
           AND (SELECT pg_try_advisory_xact_lock(hashtext('nestjs-wechat-auth'), hashtext($1)))
         ORDER BY expires_at LIMIT ${String(BATCH)}
         FOR UPDATE SKIP LOCKED) expired
       WHERE r.user_id = expired.user_id AND r.id = expired.id`,
      () => [table],
    );
    return rowCount ?? 0;
  }
}
