import type { INestApplication } from '@nestjs/common';
import { WechatSandbox } from '../../../../src/testing/index.js';
import {
  APPID,
  OTHER_APPID,
  SECRET,
  startApp,
  type TestAppOptions,
} from '../../../../test/support/app.js';
import { createTestDatabase } from '../../../../test/support/database.js';
import { call } from '../../../../test/support/http.js';
import type { Platform } from '../../../../test/support/platforms.js';
import { createWxSession, type WxSessionClient, type WxSessionOptions } from '../../src/index.js';
import { NodeWx } from './node-wx.js';
import { Calls, OrdersController } from './orders.js';

/** A server with guarded routes, the sandbox, and phones of one user. */
export interface Stage {
  readonly app: INestApplication;
  readonly url: string;
  readonly wechat: WechatSandbox;
  readonly calls: Calls;
  phone(options?: Partial<WxSessionOptions>, openid?: string): Phone;
  /** Ends the session of a token without its phone. */
  end(token: string | undefined): Promise<void>;
  close(): Promise<void>;
}

export interface Phone {
  readonly wx: NodeWx;
  readonly session: WxSessionClient;
}

export async function startStage(
  platform: Platform,
  test: Partial<TestAppOptions> = {},
): Promise<Stage> {
  const database = await createTestDatabase();
  const apps = [APPID, OTHER_APPID].map((appid) => ({ appid, secret: SECRET }));
  const wechat = await WechatSandbox.start({ apps });
  const calls = new Calls();
  const { app, url } = await startApp({
    platform,
    databaseUrl: database.url,
    wechatUrl: wechat.url,
    ...test,
    metadata: {
      controllers: [OrdersController, ...(test.metadata?.controllers ?? [])],
      providers: [{ provide: Calls, useValue: calls }],
    },
  });
  return {
    app,
    url,
    wechat,
    calls,
    phone: (options = {}, openid = 'o-phone') => {
      const wx = new NodeWx(() => wechat.issueCode({ openid }));
      return { wx, session: createWxSession({ baseUrl: url, wx, ...options }) };
    },
    end: async (token) => {
      await call('DELETE', `${url}/wechat/session`, { token });
    },
    close: async () => {
      await app.close();
      await wechat.close();
      await database.drop();
    },
  };
}
