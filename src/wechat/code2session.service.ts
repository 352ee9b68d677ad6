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

/** The credential of an exchange. */
interface Credential {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The secret in the query. */
  readonly secret: string;
}

/**
 * Exchanges the code of `wx.login` for the user's openid and session_key.
 * Source: WeChat, "auth.code2Session", `GET /sns/jscode2session`, and "thirdpartyCode2Session",
 * `GET /sns/component/jscode2session`.
 *
 * @example
 * const { openid, unionid } = await code2Session.exchange(code);
 * @publicApi
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
   * Exchanges a code. It is valid once, so concurrent calls with the same code share one exchange.
   *
   * @example
   * const { openid } = await code2Session.exchange(code, 'wx1234567890abcdef');
   * @param code - from `wx.login`: valid once, for five minutes.
   * @param appid - the mini program of the code; if absent, the default app.
   * @param signal - aborted when the caller no longer waits, for example after a disconnect.
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

  /**
   * Like {@link exchange}, for a caller that never exchanges one code twice at a time.
   * @internal
   */
  async exchangeOnce(code: string, appid: string, signal: AbortSignal): Promise<Code2Session> {
    return this.ask(await this.apps.get(appid), code, signal);
  }

  /** Tries once more with a new credential if WeChat refuses this one: the code is not yet used. */
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

  /** The function of the app returns its newest component_access_token at each call. */
  private async withNewCredential(app: WechatApp, error: unknown): Promise<WechatApp | undefined> {
    if (isWrongSecret(error)) return this.apps.withNewSecret(app);
    return app.component !== undefined && isStaleToken(error) ? app : undefined;
  }
}
