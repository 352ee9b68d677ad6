import type { AggregatedLogger } from '../common/aggregated-logger.js';
import { ExpiringMap } from '../common/expiring-map.js';
import { isAppid } from '../common/is-appid.js';
import { SingleFlight } from '../common/single-flight.js';
import { askHost } from './ask-host.js';
import { readApp, type WechatApp } from './wechat-app.js';
import type { WechatAppsFunction } from './wechat-auth.options.js';

const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** The shortest time between two calls of the function for an app whose AppSecret WeChat refuses. */
const BETWEEN_RENEWALS_MS = 1000;

/** Finds apps through the function in `apps`, and caches what it returns. */
export class AppLookup {
  private readonly apps = new ExpiringMap<string, WechatApp>(MAX_REMEMBERED, REMEMBERED_MS);
  /** Separate from the apps, so that invented appids do not evict them. */
  private readonly misses = new ExpiringMap<string, true>(MAX_REMEMBERED, REMEMBERED_MS);
  private readonly renewed = new ExpiringMap<string, true>(MAX_REMEMBERED, BETWEEN_RENEWALS_MS);
  private readonly questions = new SingleFlight<WechatApp | undefined>();

  constructor(
    private readonly findApp: WechatAppsFunction,
    private readonly logger: AggregatedLogger,
  ) {}

  /**
   * The app, or `undefined` if there is none; a promise only if the function must be called.
   * @throws {@link WechatAuthError} `WX_APP_UNAVAILABLE`
   */
  find(appid: string): WechatApp | undefined | Promise<WechatApp | undefined> {
    if (!isAppid(appid) || this.misses.get(appid)) return undefined;
    return this.apps.get(appid) ?? this.questions.run(appid, () => this.ask(appid));
  }

  /**
   * Calls the function again, at most once a second for one app.
   * @throws {@link WechatAuthError} `WX_APP_UNAVAILABLE`
   */
  async renew(appid: string): Promise<WechatApp | undefined> {
    if (this.renewed.get(appid)) return this.find(appid);
    return this.questions.run(`renew ${appid}`, async () => {
      const app = await this.ask(appid);
      this.renewed.set(appid, true);
      return app;
    });
  }

  private async ask(appid: string): Promise<WechatApp | undefined> {
    const askedAt = performance.now();
    const app = await askHost(this.logger, {
      name: 'apps',
      appid,
      ask: () => this.findApp(appid),
      read: (answer, problems) => readAnswer(answer, appid, problems),
    });
    // From the time of the call: the result may be that old.
    if (app === undefined) this.misses.set(appid, true, askedAt);
    else this.apps.set(appid, app, askedAt);
    (app === undefined ? this.apps : this.misses).delete(appid);
    return app;
  }
}

/** Most database clients return `null` for no row. */
function readAnswer(answer: unknown, appid: string, problems: string[]): WechatApp | undefined {
  if (answer === undefined || answer === null) return undefined;
  const app = readApp(answer, problems);
  if (app !== null && app.appid !== appid) problems.push('It is another appid.');
  return app ?? undefined;
}
