import { Injectable } from '@nestjs/common';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { BoundedMap } from '../common/bounded-map.js';
import { SingleFlight } from '../common/single-flight.js';
import { WechatApps } from '../config/wechat-apps.js';
import { Secret } from '../config/secret.js';
import type { WechatApp } from '../config/wechat-app.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { HostTokens, isToken } from './host-tokens.js';
import { isWrongSecret } from './refused-credentials.js';
import { unavailable, type WechatAnswer } from './wechat-answer.js';
import { WechatClient } from './wechat-client.js';

interface AccessToken {
  readonly token: Secret;
  /** Milliseconds of `performance.now()`, which clock changes do not affect. */
  readonly expiresAt: number;
}

/** WeChat issues the next stable token this long before one expires; both are then valid. */
const OVERLAP_MS = 5 * 60_000;

/** With more apps, WeChat is asked for the same token again. */
const MAX_TOKENS = 10_000;

/**
 * The access token of each app, for calls to WeChat's API; a login needs none. It comes from the
 * option `accessToken` of the app, if set, else it is WeChat's stable token.
 *
 * Each instance of the server has its own cache: WeChat returns the same stable token to all of them.
 * Source: WeChat, "getStableAccessToken".
 *
 * @example
 * const token = await accessTokens.getToken();
 * @publicApi
 */
@Injectable()
export class AccessTokenService {
  private readonly tokens = new BoundedMap<string, AccessToken>(MAX_TOKENS);
  private readonly refreshes = new SingleFlight<AccessToken>();

  constructor(
    private readonly apps: WechatApps,
    private readonly wechat: WechatClient,
    private readonly hostTokens: HostTokens,
    private readonly logger: AggregatedLogger,
  ) {}

  /**
   * Returns a valid token. It is cached, and renewed in the background before it expires.
   *
   * @example
   * const token = await accessTokens.getToken('wx1234567890abcdef');
   * @param appid - the default app if absent.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`, `WX_APP_UNAVAILABLE`, `WX_APP_MISCONFIGURED`
   * if the app has `component` and no `accessToken`
   * @throws {@link WechatUpstreamError}
   */
  async getToken(appid?: string): Promise<string> {
    const app = await this.apps.get(appid);
    if (app.accessToken !== undefined) {
      return this.hostTokens.get('accessToken', app.appid, app.accessToken);
    }
    const known = this.tokens.get(app.appid);
    const left = (known?.expiresAt ?? 0) - performance.now();
    if (known !== undefined && left > 0) {
      // A failure is logged, and the next caller tries again: this one has a valid token.
      if (left < OVERLAP_MS) this.refresh(app).catch(() => undefined);
      return known.token.reveal();
    }
    return (await this.refresh(app)).token.reveal();
  }

  /**
   * Returns a new token after WeChat has refused `stale`.
   *
   * @example
   * const newToken = await accessTokens.replace(staleToken);
   * @param appid - the default app if absent.
   * @throws as {@link getToken} does
   */
  async replace(stale: string, appid?: string): Promise<string> {
    const id = this.apps.appidOf(appid);
    // Another call that was refused with the same token may have replaced it already.
    if (this.tokens.get(id)?.token.reveal() === stale) this.tokens.delete(id);
    return this.getToken(id);
  }

  private refresh(app: WechatApp): Promise<AccessToken> {
    return this.refreshes.run(app.appid, () => this.fetch(app));
  }

  private async fetch(app: WechatApp): Promise<AccessToken> {
    const token = await this.ask(app).catch(async (error: unknown) => {
      const current = isWrongSecret(error) ? await this.apps.withNewSecret(app) : undefined;
      if (current === undefined) throw error;
      return this.ask(current);
    });
    this.tokens.set(app.appid, token);
    return token;
  }

  private async ask({ appid, secret }: WechatApp): Promise<AccessToken> {
    if (secret === undefined) {
      this.logger.error(
        'no accessToken',
        `WX_APP_MISCONFIGURED: ${appid} has component and no accessToken. This call to WeChat needs its authorizer_access_token: give the app the option accessToken.`,
      );
      throw new WechatAuthError('WX_APP_MISCONFIGURED');
    }
    const askedAt = performance.now();
    return this.wechat.call({
      path: '/cgi-bin/stable_token',
      query: {},
      body: { grant_type: 'client_credential', appid, secret: secret.reveal() },
      secrets: [secret.reveal()],
      read: (answer) => readAccessToken(answer, askedAt),
    });
  }
}

function readAccessToken(answer: WechatAnswer, askedAt: number): AccessToken {
  const { access_token: token, expires_in: seconds } = answer;
  if (!isToken(token)) throw unavailable('the answer has no usable access_token');
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= 86_400)) {
    throw unavailable('the answer has no usable expires_in');
  }
  return { token: new Secret(token), expiresAt: askedAt + seconds * 1000 };
}
