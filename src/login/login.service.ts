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
import type { LoginOptions, LoginResult } from './login.types.js';
import { refusedLogin, type KnownOfLogin } from './refused-login.js';
import { SessionsService } from '../sessions/sessions.service.js';

/**
 * Logs a user in: exchanges the code at WeChat, stores the user, issues a session.
 *
 * @example
 * \@Controller('auth')
 * \@UseInterceptors(WechatAuthHeadersInterceptor)
 * class AuthController {
 *   constructor(private readonly loginService: LoginService) {}
 *
 *   \@WxPublic()
 *   \@Post('login')
 *   login(@Body('code') code: string): Promise<LoginResult> {
 *     return this.loginService.login(code);
 *   }
 * }
 * @publicApi
 */
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
   * Logs in with a code of `wx.login`. One code gives one session: concurrent calls with the same code
   * get the same token. The session that each of them replaces ends.
   *
   * @example
   * const { token, userId, isNewUser } = await loginService.login(code, { appid });
   * @param code - from `wx.login`: valid once, for five minutes.
   * @throws {@link WechatAuthError} as {@link Code2SessionService.exchange} does, and
   * `WX_STORE_UNAVAILABLE`; what a `loginHook` throws
   */
  async login(code: string, options: LoginOptions = {}): Promise<LoginResult> {
    const { appid = this.apps.defaultAppid, replaces, signal } = options;
    // They may come from an unchecked body.
    if (!isCode(code)) throw this.refusal('WX_CODE_MALFORMED');
    if (!isPlainText(appid)) throw this.refusal('WX_APP_UNKNOWN');
    const login = await this.logins.run(
      `${appid} ${code}`,
      (abandoned) => this.start(code, appid, abandoned),
      signal,
    );
    if (replaces !== undefined) await this.sessions.revokeToken(replaces);
    // A copy: concurrent callers may change their result.
    return { ...login };
  }

  private async start(code: string, appid: string, signal: AbortSignal): Promise<LoginResult> {
    const known: KnownOfLogin = { appid };
    try {
      const code2Session = await this.code2Session.exchangeOnce(code, appid, signal);
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
      // No event for a login whose callers have all disconnected.
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
