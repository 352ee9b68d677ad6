import { Injectable } from '@nestjs/common';
import { Code2SessionService } from '../wechat/code2session.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { UsersService } from '../users/users.service.js';

/** What a client gets for its code. */
export interface LoginResult {
  /** For `Authorization: Bearer <token>`. */
  token: string;
  tokenType: 'Bearer';
  /** Seconds until the session expires. */
  expiresIn: number;
  expiresAt: Date;
  /** Our id of the user, a UUID. */
  userId: string;
  /** Whether this login created the user. */
  isNewUser: boolean;
}

export interface LoginOptions {
  /** The mini program the code comes from; the default app where absent. */
  appid?: string | undefined;
  /** The token of a session that this login replaces; it ends, where it is a valid one. */
  replaces?: string | undefined;
}

/** The whole login: a code comes in, a session goes out. */
@Injectable()
export class LoginService {
  constructor(
    private readonly code2Session: Code2SessionService,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * @param code - from `wx.login`: one use, five minutes.
   * @throws {@link WechatAuthError} as {@link Code2SessionService.exchange} does, and
   * `WX_STORE_UNAVAILABLE`
   */
  async login(code: string, { appid, replaces }: LoginOptions = {}): Promise<LoginResult> {
    const code2Session = await this.code2Session.exchange(code, appid);
    const { user, isNew } = await this.users.upsert(code2Session);
    if (replaces !== undefined) await this.sessions.revokeToken(replaces);
    const { token, expiresIn, expiresAt } = await this.sessions.issue(user);
    return {
      token,
      tokenType: 'Bearer',
      expiresIn,
      expiresAt,
      userId: user.id,
      isNewUser: isNew,
    };
  }
}
