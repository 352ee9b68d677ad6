import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Observable, type Subscriber } from 'rxjs';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';
import { SessionProbes } from './session-probes.js';

/** How a session ended. */
export type SessionEnd = 'revoked' | 'expired';

/** With the five seconds that a query may take, an end is seen within ten. */
const EVERY_MS = 4000;

/** A session to watch; its epoch is not known where it is a copy that the host has made. */
export type WatchedSession = Omit<SessionKey, 'epoch'> & {
  readonly epoch: number | undefined;
  readonly expiresAt: Date;
};

interface Watch {
  readonly session: WatchedSession;
  readonly subscriber: Subscriber<SessionEnd>;
  epoch: number | undefined;
}

/** Tells when sessions end: asks for all of them together, and only while somebody wants to know. */
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
      // Where Postgres cannot answer, which is logged, the next round asks again.
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
