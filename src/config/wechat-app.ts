import { isAppid } from '../common/is-appid.js';
import { isRecord } from '../common/is-record.js';
import { Secret } from './secret.js';
import type { WechatTokenFunction } from './wechat-auth.options.js';

/** The credential of an app: its AppSecret, or a third-party platform. */
type Credential =
  | { readonly secret: Secret; readonly component: undefined }
  | { readonly secret: undefined; readonly component: Component };

interface Component {
  readonly appid: string;
  readonly accessToken: WechatTokenFunction;
}

/** A mini program of this server. */
export type WechatApp = Credential & {
  readonly appid: string;
  /** Set if the app manages the access tokens of this mini program itself. */
  readonly accessToken: WechatTokenFunction | undefined;
};

/** Where the options of an app are, for error messages. */
export interface Place {
  /** Before the name of an option, such as `apps[0].`. */
  readonly prefix: string;
  /** What to add if the option may come from an environment variable. */
  readonly hint: (variable: string) => string;
}

type Fault = (sentence: string) => null;

/** Reads one app, or `null`. @param problems - receives a message for each mistake. */
export function readApp(given: unknown, problems: string[], place?: Place): WechatApp | null {
  const { prefix = '', hint = (): string => '' } = place ?? {};
  const fault: Fault = (sentence) => {
    problems.push(prefix + sentence);
    return null;
  };
  const options = isRecord(given) ? given : {};
  const { appid, accessToken } = options;
  const id = isAppid(appid)
    ? { appid }
    : fault(`appid is missing or not an AppID such as wx4f4bc4dec97d474b${hint('WECHAT_APPID')}.`);
  const credential = readCredential(options, fault, hint('WECHAT_SECRET'));
  const token =
    accessToken === undefined || isFunction(accessToken)
      ? { accessToken }
      : fault('accessToken must be a function that returns the access token.');
  return id && credential && token && { ...id, ...credential, ...token };
}

function readCredential(
  { secret, component }: Readonly<Record<string, unknown>>,
  fault: Fault,
  hint: string,
): Credential | null {
  if (component === undefined) {
    return isSecret(secret)
      ? { secret: new Secret(secret), component }
      : fault(
          `secret is missing or not an AppSecret; copy it from the mini program's console${hint}.`,
        );
  }
  if (secret !== undefined) return fault('component takes the place of secret: give one of them.');
  return isComponent(component)
    ? { secret, component: { appid: component.appid, accessToken: component.accessToken } }
    : fault(
        'component must be { appid, accessToken }: the AppID of the platform, and a function that returns its component_access_token.',
      );
}

const isSecret = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,256}$/.test(value);

const isFunction = (value: unknown): value is WechatTokenFunction => typeof value === 'function';

const isComponent = (value: unknown): value is Component =>
  isRecord(value) && isAppid(value.appid) && isFunction(value.accessToken);
