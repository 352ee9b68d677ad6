import type { AggregatedLogger } from '../common/aggregated-logger.js';
import { ExpiringMap } from '../common/expiring-map.js';
import { isAppid } from '../common/is-appid.js';
import { SingleFlight } from '../common/single-flight.js';
import { askHost } from './ask-host.js';
import { readApp, type WechatApp } from './wechat-app.js';
import type { WechatAppsFunction } from './wechat-auth.options.js';

const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** How often the host is asked about an app whose AppSecret WeChat refuses. */
const BETWEEN_RENEWALS_MS = 1000;

/** Finds apps through the host's function, and remembers what it has answered. */
export class AppLookup {
  private readonly apps = new ExpiringMap<string, WechatApp>(MAX_REMEMBERED, REMEMBERED_MS);
  /** Apart from the apps: appids that somebody makes up must not replace them. */
  private readonly misses = new ExpiringMap<string, true>(MAX_REMEMBERED, REMEMBERED_MS);
  private readonly renewed = new ExpiringMap<string, true>(MAX_REMEMBERED, BETWEEN_RENEWALS_MS);
  private readonly questions = new SingleFlight<WechatApp | undefined>();

  constructor(
    private readonly findApp: WechatAppsFunction,
    private readonly logger: AggregatedLogger,
  ) {}

  /**
   * The app, or `undefined` where there is none; a promise only where the host has to be asked.
   * @throws {@link WechatAuthError} `WX_APP_UNAVAILABLE`
   */
  find(appid: string): WechatApp | undefined | Promise<WechatApp | undefined> {
    if (!isAppid(appid) || this.misses.get(appid)) return undefined;
    return this.apps.get(appid) ?? this.questions.run(appid, () => this.ask(appid));
  }

  /**
   * Asks again, but about one app once a second at most.
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
    // From the time of the question, as the answer may be as old as that.
    if (app === undefined) this.misses.set(appid, true, askedAt);
    else this.apps.set(appid, app, askedAt);
    (app === undefined ? this.apps : this.misses).delete(appid);
    return app;
  }
}

/** `null` is what most clients of databases return for no row. */
function readAnswer(answer: unknown, appid: string, problems: string[]): WechatApp | undefined {
  if (answer === undefined || answer === null) return undefined;
  const app = readApp(answer, problems);
  if (app !== null && app.appid !== appid) problems.push('It is another appid.');
  return app ?? undefined;
}
