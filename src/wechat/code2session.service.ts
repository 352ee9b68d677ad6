import { Injectable } from '@nestjs/common';
import { SingleFlight } from '../common/single-flight.js';
import { WechatApps } from '../config/wechat-apps.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { WechatApp } from '../config/app-options.js';
import { isCode } from '../common/is-code.js';
import { WechatClient } from './wechat-client.js';
import { readCode2Session, type Code2Session } from './code2session.js';

/**
 * Exchanges the code of `wx.login` for the user's openid and session_key.
 * Source: WeChat, "auth.code2Session", `GET /sns/jscode2session`.
 */
@Injectable()
export class Code2SessionService {
  private readonly exchanges = new SingleFlight<Code2Session>();

  constructor(
    private readonly apps: WechatApps,
    private readonly wechat: WechatClient,
  ) {}

  /**
   * A code works once, so callers that bring the same one at the same time share one exchange.
   *
   * @param code - from `wx.login`: one use, five minutes.
   * @param appid - the mini program it comes from; the default app where absent.
   * @param signal - aborted when the caller no longer waits, such as a client that has gone.
   * @throws {@link WechatAuthError} `WX_CODE_MALFORMED`, `WX_APP_UNKNOWN`, `WX_BUSY`
   * @throws {@link WechatUpstreamError} `WX_CODE_INVALID`, `WX_CODE_USED`, `WX_USER_BLOCKED`,
   * `WX_RATE_LIMITED`, `WX_UPSTREAM_BUSY`, `WX_QUOTA_EXCEEDED`, `WX_UPSTREAM_UNAVAILABLE`,
   * `WX_UPSTREAM_ERROR`, `WX_APP_MISCONFIGURED`
   */
  async exchange(code: string, appid?: string, signal?: AbortSignal): Promise<Code2Session> {
    if (!isCode(code)) throw new WechatAuthError('WX_CODE_MALFORMED');
    const app = this.apps.get(appid);
    return this.exchanges.run(
      `${app.appid} ${code}`,
      (abandoned) => this.ask(app, code, abandoned),
      signal,
    );
  }

  private ask(app: WechatApp, code: string, signal: AbortSignal): Promise<Code2Session> {
    const exchangedAt = performance.now();
    const { appid } = app;
    const secret = app.secret.reveal();
    return this.wechat.call({
      path: '/sns/jscode2session',
      query: { appid, secret, js_code: code, grant_type: 'authorization_code' },
      secrets: [secret, code],
      signal,
      read: (answer) => readCode2Session(appid, answer, exchangedAt),
    });
  }
}
