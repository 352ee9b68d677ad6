import { Inject, Injectable } from '@nestjs/common';
import { BoundedMap } from '../common/bounded-map.js';
import { keySecretsOf } from '../config/key-secrets.js';
import { deriveKey } from '../crypto/derive-key.js';
import { Envelope } from '../crypto/envelope.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from '../config/wechat-auth.config.js';

/** The row of a `session_key`; the ciphertext cannot be decrypted in another row. */
export interface SessionKeyOwner {
  readonly appid: string;
  readonly openid: string;
}

/** About 3 KB for each app. */
const MAX_APPS = 10_000;

/** Encrypts each `session_key` for its row in the database. */
@Injectable()
export class SessionKeyCipher {
  private readonly envelopes = new BoundedMap<string, Envelope>(MAX_APPS);

  constructor(@Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig) {}

  /** @throws {@link WechatAuthError} `WX_APP_UNKNOWN` */
  seal(sessionKey: string, { appid, openid }: SessionKeyOwner): Buffer {
    const envelope = this.envelopeFor(appid);
    if (envelope === undefined) throw new WechatAuthError('WX_APP_UNKNOWN');
    return envelope.seal(sessionKey, [appid, openid]);
  }

  /** The `session_key`, or `undefined` if no key of this server decrypts it. */
  open(sealed: Buffer, { appid, openid }: SessionKeyOwner): string | undefined {
    return this.envelopeFor(appid)?.open(sealed, [appid, openid]);
  }

  /** `undefined` if the app is unknown. */
  private envelopeFor(appid: string): Envelope | undefined {
    const known = this.envelopes.get(appid);
    if (known !== undefined) return known;
    const secrets = keySecretsOf(this.config, this.config.encryptionSecret, appid);
    if (secrets.length === 0) return undefined;
    const keys = secrets.map((secret) => deriveKey(secret, 'session-key', appid));
    const envelope = new Envelope(keys);
    this.envelopes.set(appid, envelope);
    return envelope;
  }
}
