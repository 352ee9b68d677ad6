import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { AggregatedLogger } from '../../src/common/aggregated-logger.js';
import { WechatApps } from '../../src/config/wechat-apps.js';
import { resolveConfig } from '../../src/config/wechat-auth.config.js';
import type { WechatAuthOptions } from '../../src/config/wechat-auth.options.js';
import { AccessTokenService } from '../../src/wechat/access-token.service.js';
import { Code2SessionService } from '../../src/wechat/code2session.service.js';
import { httpOptions } from '../../src/wechat/http-options.js';
import { WechatCalls } from '../../src/wechat/wechat-calls.js';
import { WechatClient } from '../../src/wechat/wechat-client.js';

/** The classes of src/wechat, without Nest and a database. */
export interface TestWechat {
  readonly client: WechatClient;
  readonly accessTokens: AccessTokenService;
  readonly calls: WechatCalls;
  readonly code2Session: Code2SessionService;
}

export const TEST_APP = { appid: 'wx1', secret: 'c4c1f5d0a2b3948576e0f1d2c3b4a596' };

export function createTestWechat(
  wechat: NonNullable<WechatAuthOptions['wechat']>,
  logger = new AggregatedLogger(),
): TestWechat {
  const config = resolveConfig({ ...TEST_APP, wechat });
  const apps = new WechatApps(config);
  const client = new WechatClient(new HttpService(axios.create(httpOptions())), logger, config);
  const accessTokens = new AccessTokenService(apps, client);
  return {
    client,
    accessTokens,
    calls: new WechatCalls(accessTokens, client),
    code2Session: new Code2SessionService(apps, client),
  };
}
