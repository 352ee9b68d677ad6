import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { RevocationsRepository } from '../postgres/revocations.repository.js';

const EVERY_MS = 10 * 60_000;
const BATCH = 1000;

/** Deletes the revocations of expired sessions in small batches. */
@Injectable()
export class RevokedSessionsCleaner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('WechatAuth');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly revocations: RevocationsRepository) {}

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
   * Deletes all expired revocations, unless another instance is doing so.
   * @returns how many rows were deleted.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  async clear(): Promise<number> {
    let cleared = 0;
    for (let batch = BATCH; batch === BATCH && !this.stopped; cleared += batch) {
      batch = await this.revocations.clearExpired(BATCH);
    }
    return cleared;
  }

  private async clearQuietly(): Promise<void> {
    try {
      await this.clear();
    } catch (error) {
      // The next round tries again. Errors of Postgres have been logged.
      if (!(error instanceof WechatAuthError)) this.logger.error(error);
    }
  }
}
