import { Injectable } from '@nestjs/common';
import { SingleFlight } from '../common/single-flight.js';
import { WechatApps } from '../config/wechat-apps.js';
import { Code2SessionService } from '../wechat/code2session.service.js';
import { LoginHookRunner } from './login-hook.runner.js';
import { SessionsService } from '../sessions/sessions.service.js';

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
  /** What the host's `loginHook` returned. */
  account?: object;
}

export interface LoginOptions {
  /** The mini program the code comes from; the default app where absent. */
  appid?: string | undefined;
  /** The token of a session that this login replaces; it ends, where it is a valid one. */
  replaces?: string | undefined;
  /** Aborted when the client has gone: a login that nobody waits for costs no more. */
  signal?: AbortSignal | undefined;
}

/** The whole login: a code comes in, a session goes out. */
@Injectable()
export class LoginService {
  private readonly logins = new SingleFlight<LoginResult>();

  constructor(
    private readonly apps: WechatApps,
    private readonly code2Session: Code2SessionService,
    private readonly hook: LoginHookRunner,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * One code gives one session: callers that bring the same code at the same time get the same
   * token. The session that each of them replaces ends.
   *
   * @param code - from `wx.login`: one use, five minutes.
   * @throws {@link WechatAuthError} as {@link Code2SessionService.exchange} does, and
   * `WX_STORE_UNAVAILABLE`; what a `loginHook` throws
   */
  async login(code: string, options: LoginOptions = {}): Promise<LoginResult> {
    const appid = this.apps.appidOf(options.appid);
    const login = await this.logins.run(
      `${appid} ${code}`,
      (abandoned) => this.start(code, appid, abandoned),
      options.signal,
    );
    if (options.replaces !== undefined) await this.sessions.revokeToken(options.replaces);
    // A copy: each caller may change its own.
    return { ...login };
  }

  private async start(code: string, appid: string, signal: AbortSignal): Promise<LoginResult> {
    const code2Session = await this.code2Session.exchange(code, appid, signal);
    const { user, isNew, account } = await this.hook.store(code2Session);
    const { token, expiresIn, expiresAt } = await this.sessions.issue(user);
    return {
      token,
      tokenType: 'Bearer',
      expiresIn,
      expiresAt,
      userId: user.id,
      isNewUser: isNew,
      ...(account && { account }),
    };
  }
}
