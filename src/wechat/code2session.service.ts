import { Injectable } from '@nestjs/common';
import { SingleFlight } from '../common/single-flight.js';
import { WechatApps } from '../config/wechat-apps.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { WechatApp } from '../config/wechat-app.js';
import { isCode } from '../common/is-code.js';
import { HostTokens } from './host-tokens.js';
import { isStaleToken, isWrongSecret } from './refused-credentials.js';
import { WechatClient } from './wechat-client.js';
import { readCode2Session, type Code2Session } from './code2session.js';

/** The part of an exchange that proves who asks. */
interface Credential {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** What in the query is secret. */
  readonly secret: string;
}

/**
 * Exchanges the code of `wx.login` for the user's openid and session_key.
 * Source: WeChat, "auth.code2Session", `GET /sns/jscode2session`, and "thirdpartyCode2Session",
 * `GET /sns/component/jscode2session`.
 */
@Injectable()
export class Code2SessionService {
  private readonly exchanges = new SingleFlight<Code2Session>();

  constructor(
    private readonly apps: WechatApps,
    private readonly wechat: WechatClient,
    private readonly hostTokens: HostTokens,
  ) {}

  /**
   * A code works once, so callers that bring the same one at the same time share one exchange.
   *
   * @param code - from `wx.login`: one use, five minutes.
   * @param appid - the mini program it comes from; the default app where absent.
   * @param signal - aborted when the caller no longer waits, such as a client that has gone.
   * @throws {@link WechatAuthError} `WX_CODE_MALFORMED`, `WX_APP_UNKNOWN`, `WX_APP_UNAVAILABLE`,
   * `WX_BUSY`
   * @throws {@link WechatUpstreamError} `WX_CODE_INVALID`, `WX_CODE_USED`, `WX_USER_BLOCKED`,
   * `WX_RATE_LIMITED`, `WX_UPSTREAM_BUSY`, `WX_QUOTA_EXCEEDED`, `WX_UPSTREAM_UNAVAILABLE`,
   * `WX_UPSTREAM_ERROR`, `WX_APP_MISCONFIGURED`
   */
  async exchange(code: string, appid?: string, signal?: AbortSignal): Promise<Code2Session> {
    if (!isCode(code)) throw new WechatAuthError('WX_CODE_MALFORMED');
    const app = await this.apps.get(appid);
    return this.exchanges.run(
      `${app.appid} ${code}`,
      (abandoned) => this.ask(app, code, abandoned),
      signal,
    );
  }

  /** Tried again once with another credential where WeChat refuses this one: the code is not used. */
  private async ask(app: WechatApp, code: string, signal: AbortSignal): Promise<Code2Session> {
    try {
      return await this.askOnce(app, code, signal);
    } catch (error) {
      const current = await this.withNewCredential(app, error);
      if (current === undefined) throw error;
      return this.askOnce(current, code, signal);
    }
  }

  private async askOnce(app: WechatApp, code: string, signal: AbortSignal): Promise<Code2Session> {
    const { path, query, secret } = await this.credentialOf(app);
    const exchangedAt = performance.now();
    const { appid } = app;
    return this.wechat.call({
      path,
      query: { appid, ...query, js_code: code, grant_type: 'authorization_code' },
      secrets: [secret, code],
      signal,
      read: (answer) => readCode2Session(appid, answer, exchangedAt),
    });
  }

  private async credentialOf({ appid, secret, component }: WechatApp): Promise<Credential> {
    if (component === undefined) {
      const text = secret.reveal();
      return { path: '/sns/jscode2session', query: { secret: text }, secret: text };
    }
    const token = await this.hostTokens.get('component.accessToken', appid, component.accessToken);
    return {
      path: '/sns/component/jscode2session',
      query: { component_appid: component.appid, component_access_token: token },
      secret: token,
    };
  }

  /** The host returns its newest component_access_token whenever it is asked. */
  private async withNewCredential(app: WechatApp, error: unknown): Promise<WechatApp | undefined> {
    if (isWrongSecret(error)) return this.apps.withNewSecret(app);
    return app.component !== undefined && isStaleToken(error) ? app : undefined;
  }
}
