import { isAppid } from '../common/is-appid.js';
import { isRecord } from '../common/is-record.js';
import type { WechatAppsFunction } from './wechat-auth.options.js';
import { readApp, type WechatApp } from './wechat-app.js';

/** Which mini programs there are. */
export interface ResolvedApps {
  /** The apps in the options; the first is the default app. */
  readonly apps: readonly WechatApp[];
  /** Or the function in `apps` that finds them. */
  readonly findApp: WechatAppsFunction | undefined;
  /** The app that is used if no appid is given. */
  readonly defaultAppid: string | undefined;
}

/** The options of the one app. */
const APP = ['appid', 'secret', 'component', 'accessToken'];

/** The options that name the apps. */
export const APP_OPTIONS = [...APP, 'apps', 'defaultAppid'];

const hint = (variable: string): string => ` (with wechatAuthConfig: set ${variable})`;

/**
 * Reads the options of one app, or `apps`: a list or a function.
 * @param problems - receives a message for each mistake.
 */
export function readApps(given: unknown, problems: string[]): ResolvedApps {
  const options = isRecord(given) ? given : {};
  const { apps, defaultAppid } = options;
  if (apps !== undefined && APP.some((name) => options[name] !== undefined)) {
    problems.push('Give either appid and secret, or apps: not both.');
  }
  if (isAppsFunction(apps)) {
    return { apps: [], findApp: apps, defaultAppid: readDefault(defaultAppid, problems) };
  }
  if (defaultAppid !== undefined) {
    problems.push('defaultAppid is for apps as a function: else the first app is the default.');
  }
  const list =
    apps === undefined
      ? [readApp(options, problems, { prefix: '', hint })]
      : readList(apps, problems);
  const valid = list.filter((app) => app !== null);
  return { apps: valid, findApp: undefined, defaultAppid: valid[0]?.appid };
}

function readList(apps: unknown, problems: string[]): (WechatApp | null)[] {
  if (!Array.isArray(apps) || apps.length === 0) {
    problems.push(
      'apps must be a list of one or more { appid, secret }, or a function that finds one by its appid.',
    );
    return [];
  }
  const list = apps.map((app, i) =>
    readApp(app, problems, { prefix: `apps[${String(i)}].`, hint }),
  );
  const appids = list.flatMap((app) => app?.appid ?? []);
  if (new Set(appids).size < appids.length) problems.push('apps: each appid may be listed once.');
  return list;
}

function readDefault(appid: unknown, problems: string[]): string | undefined {
  if (appid === undefined || isAppid(appid)) return appid;
  problems.push('defaultAppid must be an AppID such as wx4f4bc4dec97d474b.');
  return undefined;
}

const isAppsFunction = (value: unknown): value is WechatAppsFunction => typeof value === 'function';
