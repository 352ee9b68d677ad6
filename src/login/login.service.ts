import { Injectable } from '@nestjs/common';
import { isCode } from '../common/is-code.js';
import { isPlainText } from '../common/is-plain-text.js';
import { SingleFlight } from '../common/single-flight.js';
import { WechatApps } from '../config/wechat-apps.js';
import type { WechatAuthErrorCode } from '../errors/error-codes.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { EventPublisher } from '../events/event-publisher.js';
import { Code2SessionService } from '../wechat/code2session.service.js';
import { LoginHookRunner } from './login-hook.runner.js';
import { refusedLogin, type KnownOfLogin } from './refused-login.js';
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
    private readonly events: EventPublisher,
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
    const { replaces, signal } = options;
    const appid = this.apps.appidOf(options.appid);
    // They may come from a body that nobody has checked.
    if (!isCode(code)) throw this.refusal('WX_CODE_MALFORMED');
    if (!isPlainText(appid)) throw this.refusal('WX_APP_UNKNOWN');
    const login = await this.logins.run(
      `${appid} ${code}`,
      (abandoned) => this.start(code, appid, abandoned),
      signal,
    );
    if (replaces !== undefined) await this.sessions.revokeToken(replaces);
    // A copy: each caller may change its own.
    return { ...login };
  }

  private async start(code: string, appid: string, signal: AbortSignal): Promise<LoginResult> {
    const known: KnownOfLogin = { appid };
    try {
      const code2Session = await this.code2Session.exchange(code, appid, signal);
      const { user, isNew, account } = await this.hook.store(code2Session, ({ id }) => {
        known.userId = id;
      });
      const { token, expiresIn, expiresAt, session } = await this.sessions.issue(user);
      const { userId, id: sessionId } = session;
      this.events.publish(() => ({ type: 'login', appid, userId, sessionId, isNew }));
      return {
        token,
        tokenType: 'Bearer',
        expiresIn,
        expiresAt,
        userId,
        isNewUser: isNew,
        ...(account && { account }),
      };
    } catch (error) {
      // Of a login that nobody waits for any more, nothing is to tell.
      if (!signal.aborted) this.events.publish(() => refusedLogin(error, known));
      throw error;
    }
  }

  private refusal(errorCode: WechatAuthErrorCode): WechatAuthError {
    const error = new WechatAuthError(errorCode);
    this.events.publish(() => refusedLogin(error, {}));
    return error;
  }
}
