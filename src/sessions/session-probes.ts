import { Injectable } from '@nestjs/common';
import { GatheredQuery } from '../postgres/gathered-query.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';

/** Asks Postgres whether sessions are live; concurrent calls share one query. */
@Injectable()
export class SessionProbes {
  private readonly probes = new GatheredQuery<SessionKey, boolean>(async (sessions) => {
    const ended = await this.revocations.findEnded(sessions);
    return sessions.map((_, i) => !ended.has(i));
  });

  private readonly users = new GatheredQuery<SessionKey, WechatUser | undefined>((sessions) =>
    this.revocations.findUsers(sessions),
  );

  constructor(private readonly revocations: RevocationsRepository) {}

  /**
   * Whether the session has not been ended, and its user exists.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  isLive(session: SessionKey): Promise<boolean> {
    return this.probes.ask(textOf(session), session);
  }

  /**
   * The user of a session that has not been ended; `undefined` if it has.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  findUser(session: SessionKey): Promise<WechatUser | undefined> {
    return this.users.ask(textOf(session), session);
  }
}

const textOf = ({ userId, id, epoch }: SessionKey): string => `${userId} ${id} ${String(epoch)}`;
