import { Injectable } from '@nestjs/common';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';

interface Asker {
  readonly resolve: (isLive: boolean) => void;
  readonly reject: (error: unknown) => void;
}

interface Probe {
  readonly session: SessionKey;
  readonly askers: Asker[];
}

/**
 * Asks Postgres whether sessions are live. No answer is kept, yet many probes share one query:
 * those that arrive while a query is under way go out together in the next one, which is sent after
 * all of them arrived, and asks once for each session.
 */
@Injectable()
export class SessionProbes {
  private readonly waiting = new Map<string, Probe>();
  private isBusy = false;

  constructor(private readonly revocations: RevocationsRepository) {}

  /**
   * Whether the session has not been ended, and its user exists.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  isLive(session: SessionKey): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const key = `${session.id} ${session.userId} ${String(session.epoch)}`;
      const asked = this.waiting.get(key);
      if (asked === undefined) this.waiting.set(key, { session, askers: [{ resolve, reject }] });
      else asked.askers.push({ resolve, reject });
      if (this.isBusy) return;
      this.isBusy = true;
      // After the requests that have already arrived, so that they share the query.
      setImmediate(() => void this.send());
    });
  }

  private async send(): Promise<void> {
    while (this.waiting.size > 0) {
      const probes = this.take();
      try {
        const ended = await this.revocations.findEnded(probes.map(({ session }) => session));
        probes.forEach(({ askers }, i) => {
          for (const { resolve } of askers) resolve(!ended.has(i));
        });
      } catch (error) {
        // Those that arrived meanwhile have waited as long: they do not wait for another failure.
        const askers = [...probes, ...this.take()].flatMap((probe) => probe.askers);
        for (const { reject } of askers) reject(error);
      }
    }
    this.isBusy = false;
  }

  private take(): readonly Probe[] {
    const probes = [...this.waiting.values()];
    this.waiting.clear();
    return probes;
  }
}
