import { Injectable } from '@nestjs/common';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';

interface Probe {
  readonly session: SessionKey;
  readonly resolve: (isLive: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks Postgres whether sessions are live. No answer is kept, yet many probes share one query:
 * those that arrive while a query is under way go out together in the next one, which is sent after
 * all of them arrived.
 */
@Injectable()
export class SessionProbes {
  private waiting: Probe[] = [];
  private isBusy = false;

  constructor(private readonly revocations: RevocationsRepository) {}

  /**
   * Whether the session has not been ended, and its user exists.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  isLive(session: SessionKey): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ session, resolve, reject });
      if (this.isBusy) return;
      this.isBusy = true;
      // After the requests that have already arrived, so that they share the query.
      setImmediate(() => void this.send());
    });
  }

  private async send(): Promise<void> {
    while (this.waiting.length > 0) {
      const probes = this.waiting;
      this.waiting = [];
      try {
        const ended = await this.revocations.findEnded(probes.map(({ session }) => session));
        probes.forEach(({ resolve }, i) => {
          resolve(!ended.has(i));
        });
      } catch (error) {
        // Those that arrived meanwhile have waited as long: they do not wait for another failure.
        for (const { reject } of [...probes, ...this.waiting.splice(0)]) reject(error);
      }
    }
    this.isBusy = false;
  }
}
