import { Injectable } from '@nestjs/common';
import { GatheredQuery } from '../postgres/gathered-query.js';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';

/** Asks Postgres whether sessions are live; concurrent calls share one query. */
@Injectable()
export class SessionProbes {
  private readonly probes = new GatheredQuery<SessionKey, boolean>(async (sessions) => {
    const ended = await this.revocations.findEnded(sessions);
    return sessions.map((_, i) => !ended.has(i));
  });

  constructor(private readonly revocations: RevocationsRepository) {}

  /**
   * Whether the session has not been ended, and its user exists.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  isLive(session: SessionKey): Promise<boolean> {
    const { userId, id, epoch } = session;
    return this.probes.ask(`${userId} ${id} ${String(epoch)}`, session);
  }
}
