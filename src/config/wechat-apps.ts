import { Inject, Injectable } from '@nestjs/common';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { AppLookup } from './app-lookup.js';
import type { WechatApp } from './wechat-app.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from './wechat-auth.config.js';

/** The mini programs of this server, from the list or the function in `apps`. */
@Injectable()
export class WechatApps {
  private readonly listed: ReadonlyMap<string, WechatApp>;
  private readonly lookup: AppLookup | undefined;

  constructor(
    @Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig,
    logger: AggregatedLogger,
  ) {
    const { apps, findApp } = config;
    this.listed = new Map(apps.map((app) => [app.appid, app]));
    this.lookup = findApp && new AppLookup(findApp, logger);
  }

  /** The first app of a list, or the option `defaultAppid`; `undefined` if there is none. */
  get defaultAppid(): string | undefined {
    return this.config.defaultAppid;
  }

  /**
   * Returns `appid`, or if absent that of the default app.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN` if there is no default app
   */
  appidOf(appid = this.defaultAppid): string {
    if (appid === undefined) throw new WechatAuthError('WX_APP_UNKNOWN');
    return appid;
  }

  /** @throws {@link WechatAuthError} `WX_APP_UNKNOWN`, `WX_APP_UNAVAILABLE` */
  async get(appid?: string): Promise<WechatApp> {
    return known(await this.find(this.appidOf(appid)));
  }

  /**
   * Whether there is such an app; a promise only if the function in `apps` must be called.
   * @throws {@link WechatAuthError} `WX_APP_UNAVAILABLE`
   */
  has(appid: string): boolean | Promise<boolean> {
    const app = this.find(appid);
    return app instanceof Promise ? app.then(isKnown) : isKnown(app);
  }

  /**
   * The app with a new AppSecret after WeChat has refused the old one; `undefined` if it has no
   * other one.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`, `WX_APP_UNAVAILABLE`
   */
  async withNewSecret({ appid, secret }: WechatApp): Promise<WechatApp | undefined> {
    if (this.lookup === undefined) return undefined;
    const app = known(await this.lookup.renew(appid));
    return app.secret?.reveal() === secret?.reveal() ? undefined : app;
  }

  private find(appid: string): WechatApp | undefined | Promise<WechatApp | undefined> {
    return this.lookup === undefined ? this.listed.get(appid) : this.lookup.find(appid);
  }
}

const isKnown = (app: WechatApp | undefined): boolean => app !== undefined;

function known(app: WechatApp | undefined): WechatApp {
  if (app === undefined) throw new WechatAuthError('WX_APP_UNKNOWN');
  return app;
}
