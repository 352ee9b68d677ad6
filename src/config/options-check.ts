import ms, { type StringValue } from 'ms';
import { Secret } from './secret.js';
import { WechatAuthConfigError } from '../errors/wechat-auth-config.error.js';
import type { WechatApp } from './wechat-auth.config.js';

const DAY = 86_400;

type Unchecked = Record<string, unknown>;

const isRecord = (value: unknown): value is Unchecked =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Collects what is wrong, so that one start-up tells all of it. */
export class OptionsCheck {
  private readonly problems: string[] = [];

  done(): void {
    if (this.problems.length > 0) throw new WechatAuthConfigError(this.problems);
  }

  record(name: string, value: unknown, known: readonly string[]): Unchecked {
    if (value === undefined) return {};
    if (!isRecord(value)) {
      this.problems.push(`${name} must be an object.`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (['isGlobal', 'dataSource', 'routes'].includes(key)) {
        this.problems.push(
          `${key} belongs beside the factory of forRootAsync, not into what it returns.`,
        );
      } else if (!known.includes(key)) {
        this.problems.push(`${name}: "${key}" is no option; there are ${known.join(', ')}.`);
      }
    }
    return value;
  }

  extras({ isGlobal, dataSource, routes }: Unchecked): void {
    if (isGlobal !== undefined && typeof isGlobal !== 'boolean') {
      this.problems.push('isGlobal must be true or false.');
    }
    if (dataSource !== undefined && !isText(dataSource)) {
      this.problems.push('dataSource must be the name of a DataSource.');
    }
    const path = isRecord(routes) ? routes.path : undefined;
    if (routes !== undefined && routes !== false && typeof path !== 'string') {
      this.problems.push("routes must be { path: '…' } or false.");
    }
  }

  apps(root: Unchecked): WechatApp[] {
    const { appid, secret, apps } = root;
    if (apps === undefined) return this.app('', { appid, secret });
    if (appid !== undefined || secret !== undefined) {
      this.problems.push('Give either appid and secret, or apps: not both.');
    }
    if (!Array.isArray(apps) || apps.length === 0) {
      this.problems.push('apps must be a list of one or more { appid, secret }.');
      return [];
    }
    const checked = apps.flatMap((app: unknown, i) => this.app(`apps[${String(i)}].`, app));
    if (new Set(checked.map((app) => app.appid)).size < checked.length) {
      this.problems.push('apps: each appid may stand there once.');
    }
    return checked;
  }

  private app(prefix: string, app: unknown): WechatApp[] {
    const { appid, secret } = isRecord(app) ? app : {};
    if (!isText(appid) || !/^[\w-]{1,64}$/.test(appid)) {
      this.problems.push(
        `${prefix}appid is missing or not an AppID such as wx4f4bc4dec97d474b (with wechatAuthConfig: set WECHAT_APPID).`,
      );
    }
    if (!isText(secret) || !/^[\x21-\x7e]{1,256}$/.test(secret)) {
      this.problems.push(
        `${prefix}secret is missing or not an AppSecret; copy it from the mini program's console (with wechatAuthConfig: set WECHAT_SECRET).`,
      );
    }
    return isText(appid) && isText(secret) ? [{ appid, secret: new Secret(secret) }] : [];
  }

  secrets(name: string, value: unknown): Secret[] {
    if (value === undefined) return [];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0) {
      this.problems.push(`${name}: the list is empty; leave the option out to derive the keys.`);
    }
    const fit = list.filter(isText).filter((secret) => bytes(secret) >= 32);
    if (fit.length < list.length) {
      this.problems.push(
        `${name} must be a string of at least 32 bytes, or a list of them; "openssl rand -base64 32" makes one.`,
      );
    }
    return fit.map((secret) => new Secret(secret));
  }

  /** Keys derived from a guessable AppSecret would let anybody forge sessions. */
  derivation(apps: readonly WechatApp[]): void {
    if (apps.some(({ secret }) => bytes(secret.reveal()) < 32)) {
      this.problems.push(
        'An AppSecret of WeChat has 32 characters; with a shorter one, set session.secret and encryptionSecret.',
      );
    }
  }

  issuer(value: unknown): string {
    if (value === undefined) return 'nestjs-wechat-auth';
    if (isText(value) && value.length <= 256) return value;
    this.problems.push('session.issuer must be a string of 1 to 256 characters.');
    return '';
  }

  seconds(name: string, value: unknown, byDefault: number): number {
    if (value === undefined) return byDefault;
    const seconds =
      typeof value === 'number'
        ? value
        : // ms() takes a string without a unit for milliseconds: nobody who writes '7200' means that.
          isText(value) && /[a-z]$/i.test(value)
          ? ((ms(value as StringValue) as number | undefined) ?? NaN) / 1000
          : NaN;
    if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 7 * DAY) return seconds;
    this.problems.push(
      `${name} must be whole seconds (7200) or a time span with its unit ('2h'), from 1 second to 7 days.`,
    );
    return NaN;
  }

  timeout(value: unknown): number {
    if (value === undefined) return 5000;
    if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 60_000) {
      return value as number;
    }
    this.problems.push('wechat.timeout must be whole milliseconds, from 1 to 60000.');
    return NaN;
  }

  baseUrl(value: unknown): string {
    if (value === undefined) return 'https://api.weixin.qq.com';
    const url = isText(value) && URL.canParse(value) ? new URL(value) : undefined;
    const loopback = url !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
    if (
      url === undefined ||
      !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) ||
      url.username !== '' ||
      url.password !== '' ||
      url.search !== '' ||
      url.hash !== ''
    ) {
      this.problems.push(
        'wechat.baseUrl must be an https: URL without credentials, query or fragment; http: only for a loopback address, as the AppSecret travels in the URL.',
      );
      return '';
    }
    return url.href.replace(/\/+$/, '');
  }
}
