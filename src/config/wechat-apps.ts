import { Inject, Injectable } from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { WechatApp } from './app-options.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from './wechat-auth.config.js';

/** The mini programs of this server; the first is the default one. */
@Injectable()
export class WechatApps {
  readonly all: readonly WechatApp[];

  constructor(@Inject(WECHAT_AUTH_CONFIG) { apps }: WechatAuthConfig) {
    this.all = apps;
  }

  /** @throws {@link WechatAuthError} `WX_APP_UNKNOWN` */
  get(appid = this.all[0]?.appid): WechatApp {
    const app = this.all.find((candidate) => candidate.appid === appid);
    if (app === undefined) throw new WechatAuthError('WX_APP_UNKNOWN');
    return app;
  }
}
