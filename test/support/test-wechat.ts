import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { AggregatedLogger } from '../../src/common/aggregated-logger.js';
import { WechatApps } from '../../src/config/wechat-apps.js';
import { resolveConfig, type WechatAuthConfig } from '../../src/config/wechat-auth.config.js';
import type { WechatAuthOptions } from '../../src/config/wechat-auth.options.js';
import { EventPublisher } from '../../src/events/event-publisher.js';
import type { UsersRepository } from '../../src/postgres/users.repository.js';
import { SessionKeyCipher } from '../../src/users/session-key-cipher.js';
import { UsersService } from '../../src/users/users.service.js';
import { AccessTokenService } from '../../src/wechat/access-token.service.js';
import { Code2SessionService } from '../../src/wechat/code2session.service.js';
import { HostTokens } from '../../src/wechat/host-tokens.js';
import { httpOptions } from '../../src/wechat/http-options.js';
import { WechatCalls } from '../../src/wechat/wechat-calls.js';
import { WechatClient } from '../../src/wechat/wechat-client.js';

/** The classes of src/wechat, without Nest and a database. */
export interface TestWechat {
  readonly config: WechatAuthConfig;
  readonly client: WechatClient;
  readonly accessTokens: AccessTokenService;
  readonly calls: WechatCalls;
  readonly code2Session: Code2SessionService;
  /** The users of the same apps. */
  usersOn(repository: UsersRepository): UsersService;
}

export const TEST_APP = { appid: 'wx1', secret: 'c4c1f5d0a2b3948576e0f1d2c3b4a596' };

export function createTestWechat(
  wechat: NonNullable<WechatAuthOptions['wechat']>,
  logger = new AggregatedLogger(),
): TestWechat {
  const config = resolveConfig({ ...TEST_APP, wechat });
  const apps = new WechatApps(config, logger);
  const hostTokens = new HostTokens(logger);
  const client = new WechatClient(new HttpService(axios.create(httpOptions())), logger, config);
  const accessTokens = new AccessTokenService(apps, client, hostTokens, logger);
  return {
    config,
    client,
    accessTokens,
    calls: new WechatCalls(accessTokens, client),
    code2Session: new Code2SessionService(apps, client, hostTokens),
    usersOn: (repository) =>
      new UsersService(
        repository,
        apps,
        new SessionKeyCipher(config),
        config,
        new EventPublisher(),
      ),
  };
}
