import { BoundedMap } from '../common/bounded-map.js';
import { isAppid } from '../common/is-appid.js';
import { isRecord } from '../common/is-record.js';
import { keySecretsOf } from '../config/key-secrets.js';
import type { WechatAuthConfig } from '../config/wechat-auth.config.js';
import { deriveKey } from '../crypto/derive-key.js';
import { headerOf, SigningKey } from './signing-key.js';

/** A token that one of our keys has signed. */
export interface SignedToken {
  /** The app whose key it is. */
  readonly appid: string;
  /** Not checked yet. */
  readonly payload: unknown;
}

/** The keys of all apps. A header must equal that of a key byte for byte; it is never parsed. */
export interface SigningKeys {
  /** The key that signs the sessions of an app; `undefined` if the app is unknown. */
  signerFor(appid: string): SigningKey | undefined;
  /** `undefined` if none of the keys has signed the token. */
  open(token: string): SignedToken | undefined;
}

export const signingKeysOf = (config: WechatAuthConfig): SigningKeys =>
  config.findApp === undefined ? new ListedKeys(config) : new KeysOnDemand(config);

/** The first one signs. */
const keysFor = (config: WechatAuthConfig, appid: string): SigningKey[] =>
  keySecretsOf(config, config.session.secret, appid).map(
    (secret) => new SigningKey(deriveKey(secret, 'session', appid), appid),
  );

/** The keys of the apps in the options, made at start-up. */
class ListedKeys implements SigningKeys {
  private readonly signers: ReadonlyMap<string, SigningKey>;
  private readonly byHeader: ReadonlyMap<string, SigningKey>;

  constructor(config: WechatAuthConfig) {
    const keys = config.apps.map(({ appid }) => keysFor(config, appid));
    this.signers = new Map(keys.flatMap(([first]) => (first ? [[first.appid, first]] : [])));
    this.byHeader = new Map(keys.flat().map((key) => [key.header, key]));
  }

  signerFor(appid: string): SigningKey | undefined {
    return this.signers.get(appid);
  }

  open(token: string): SignedToken | undefined {
    return openWith(this.byHeader.get(headerOf(token)), token);
  }
}

/** About 2 KB for each key. */
const MAX_APPS = 10_000;

/** The keys of apps found by a function, which is not called here: any appid has keys. */
class KeysOnDemand implements SigningKeys {
  private readonly known = new BoundedMap<string, readonly SigningKey[]>(MAX_APPS);

  constructor(private readonly config: WechatAuthConfig) {}

  signerFor(appid: string): SigningKey | undefined {
    const keys = this.keysOf(appid);
    this.known.set(appid, keys);
    return keys[0];
  }

  open(token: string): SignedToken | undefined {
    const appid = audienceOf(token);
    if (appid === undefined) return undefined;
    const keys = this.keysOf(appid);
    const header = headerOf(token);
    const signed = openWith(
      keys.find((key) => key.header === header),
      token,
    );
    // Only now: forged tokens must not replace the keys in use.
    if (signed !== undefined) this.known.set(appid, keys);
    return signed;
  }

  private keysOf(appid: string): readonly SigningKey[] {
    return this.known.get(appid) ?? keysFor(this.config, appid);
  }
}

function openWith(key: SigningKey | undefined, token: string): SignedToken | undefined {
  const payload = key?.verify(token);
  return key && payload !== undefined ? { appid: key.appid, payload } : undefined;
}

/** The unverified audience of a token, used only to choose the key. */
function audienceOf(token: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(token.split('.', 2)[1] ?? '', 'base64url').toString(),
    );
    return isRecord(payload) && isAppid(payload.aud) ? payload.aud : undefined;
  } catch {
    return undefined;
  }
}
