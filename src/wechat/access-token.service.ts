import { Injectable } from '@nestjs/common';
import { SingleFlight } from '../common/single-flight.js';
import { WechatApps } from '../config/wechat-apps.js';
import { Secret } from '../config/secret.js';
import type { WechatApp } from '../config/app-options.js';
import { unavailable, type WechatAnswer } from './wechat-answer.js';
import { WechatClient } from './wechat-client.js';

interface AccessToken {
  readonly token: Secret;
  /** Milliseconds of `performance.now()`, which no change of the clock moves. */
  readonly expiresAt: number;
}

/** WeChat replaces a stable token this long before it expires; both are valid meanwhile. */
const OVERLAP_MS = 5 * 60_000;

/**
 * The access token of each app, for calls to WeChat's API; a login needs none.
 *
 * Each instance has its own cache and they share nothing: for a stable token WeChat answers every
 * instance with the same one. Source: WeChat, "getStableAccessToken".
 */
@Injectable()
export class AccessTokenService {
  private readonly tokens = new Map<string, AccessToken>();
  private readonly refreshes = new SingleFlight<AccessToken>();

  constructor(
    private readonly apps: WechatApps,
    private readonly wechat: WechatClient,
  ) {}

  /**
   * A valid token: cached, and renewed ahead of its end without anybody waiting.
   *
   * @param appid - the default app where absent.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   * @throws {@link WechatUpstreamError}
   */
  async getToken(appid?: string): Promise<string> {
    const app = this.apps.get(appid);
    const known = this.tokens.get(app.appid);
    const left = (known?.expiresAt ?? 0) - performance.now();
    if (known !== undefined && left > 0) {
      // Its failure is logged, and the next caller tries again: this one has a valid token.
      if (left < OVERLAP_MS) this.refresh(app).catch(() => undefined);
      return known.token.reveal();
    }
    return (await this.refresh(app)).token.reveal();
  }

  /**
   * A token other than one that WeChat has just refused.
   * @throws as {@link getToken} does
   */
  async replace(stale: string, appid?: string): Promise<string> {
    const app = this.apps.get(appid);
    // Another call that was refused with the same token may have replaced it already.
    if (this.tokens.get(app.appid)?.token.reveal() === stale) this.tokens.delete(app.appid);
    return this.getToken(app.appid);
  }

  private refresh(app: WechatApp): Promise<AccessToken> {
    return this.refreshes.run(app.appid, () => this.fetch(app));
  }

  private async fetch({ appid, secret }: WechatApp): Promise<AccessToken> {
    const askedAt = performance.now();
    const token = await this.wechat.call({
      path: '/cgi-bin/stable_token',
      query: {},
      body: { grant_type: 'client_credential', appid, secret: secret.reveal() },
      secrets: [secret.reveal()],
      read: (answer) => readAccessToken(answer, askedAt),
    });
    this.tokens.set(appid, token);
    return token;
  }
}

function readAccessToken(answer: WechatAnswer, askedAt: number): AccessToken {
  const { access_token: token, expires_in: seconds } = answer;
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,1024}$/.test(token)) {
    throw unavailable('the answer has no usable access_token');
  }
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= 86_400)) {
    throw unavailable('the answer has no usable expires_in');
  }
  return { token: new Secret(token), expiresAt: askedAt + seconds * 1000 };
}
