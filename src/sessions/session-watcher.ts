import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Observable, type Subscriber } from 'rxjs';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';
import { SessionProbes } from './session-probes.js';

/**
 * How a session ended: `revoked` by a logout or a removed user, or `expired`.
 * @publicApi
 */
export type SessionEnd = 'revoked' | 'expired';

/** A query may take five seconds, so an end is detected within ten. */
const EVERY_MS = 4000;

/** A session to watch. Its epoch is unknown if the app has made a copy of it. */
export type WatchedSession = Omit<SessionKey, 'epoch'> & {
  readonly epoch: number | undefined;
  readonly expiresAt: Date;
};

interface Watch {
  readonly session: WatchedSession;
  readonly subscriber: Subscriber<SessionEnd>;
  epoch: number | undefined;
}

/** Reports when sessions end. One query checks all of them, only while there are subscribers. */
@Injectable()
export class SessionWatcher implements OnModuleDestroy {
  private readonly watches = new Set<Watch>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly probes: SessionProbes,
    private readonly revocations: RevocationsRepository,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Emits once, then completes. An outage of Postgres ends no session. */
  ended(session: WatchedSession): Observable<SessionEnd> {
    return new Observable((subscriber) => {
      const watch: Watch = { session, subscriber, epoch: session.epoch };
      this.watches.add(watch);
      this.timer ??= setInterval(() => {
        this.watches.forEach((each) => void this.check(each));
      }, EVERY_MS).unref();
      void this.check(watch);
      return () => {
        this.forget(watch);
      };
    });
  }

  private async check(watch: Watch): Promise<void> {
    const { session, subscriber } = watch;
    if (session.expiresAt.getTime() <= Date.now()) {
      end(subscriber, 'expired');
      return;
    }
    try {
      if (!(await this.isLive(watch))) end(subscriber, 'revoked');
    } catch (error) {
      // If Postgres does not answer, which is logged, the next round asks again.
      if (!(error instanceof WechatAuthError)) subscriber.error(error);
    }
  }

  private async isLive(watch: Watch): Promise<boolean> {
    const { userId, id } = watch.session;
    const epoch = (watch.epoch ??= await this.revocations.findEpoch(userId));
    return epoch !== undefined && this.probes.isLive({ userId, id, epoch });
  }

  private forget(watch: Watch): void {
    this.watches.delete(watch);
    if (this.watches.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function end(subscriber: Subscriber<SessionEnd>, how: SessionEnd): void {
  subscriber.next(how);
  subscriber.complete();
}
