import { Inject, Injectable } from '@nestjs/common';
import { WechatApps } from '../config/wechat-apps.js';
import { deriveKey } from '../crypto/derive-key.js';
import { Envelope } from '../crypto/envelope.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from '../config/wechat-auth.config.js';

/** Whose `session_key` it is; the same key in another row does not open. */
export interface SessionKeyOwner {
  readonly appid: string;
  readonly openid: string;
}

/** Encrypts each `session_key` for its row in the database. */
@Injectable()
export class SessionKeyCipher {
  private readonly envelopes: ReadonlyMap<string, Envelope>;

  constructor(apps: WechatApps, @Inject(WECHAT_AUTH_CONFIG) config: WechatAuthConfig) {
    const { encryptionSecret: encryptionSecrets } = config;
    this.envelopes = new Map(
      apps.all.map(({ appid, secret }) => {
        const secrets = encryptionSecrets.length > 0 ? encryptionSecrets : [secret];
        return [appid, new Envelope(secrets.map((each) => deriveKey(each, 'session-key', appid)))];
      }),
    );
  }

  /** @throws {@link WechatAuthError} `WX_APP_UNKNOWN` */
  seal(sessionKey: string, { appid, openid }: SessionKeyOwner): Buffer {
    const envelope = this.envelopes.get(appid);
    if (envelope === undefined) throw new WechatAuthError('WX_APP_UNKNOWN');
    return envelope.seal(sessionKey, [appid, openid]);
  }

  /** The `session_key`, or `undefined` where no key of this server opens it. */
  open(sealed: Buffer, { appid, openid }: SessionKeyOwner): string | undefined {
    return this.envelopes.get(appid)?.open(sealed, [appid, openid]);
  }
}
