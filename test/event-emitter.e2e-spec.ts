import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { WechatAuthEvents, type WechatLoginEvent } from '../src/index.js';
import { call, logIn } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms } from './support/platforms.js';
import { useTestServers, type TestServer } from './support/test-servers.js';

/** The bridge of the documentation. */
@Injectable()
class WechatEventBridge implements OnModuleInit {
  constructor(
    private readonly events: WechatAuthEvents,
    private readonly emitter: EventEmitter2,
  ) {}

  onModuleInit(): void {
    this.events.subscribe((event) => this.emitter.emit(`wechat.${event.type}`, event));
  }
}

/** The listener of the documentation. */
@Injectable()
class NewUsers {
  private readonly logger = new Logger('NewUsers');

  @OnEvent('wechat.login')
  onLogin({ userId, isNew }: WechatLoginEvent): void {
    if (isNew) this.logger.log(`A new user: ${userId}`);
  }
}

/** What another listener gets, which fails each time. */
const heard: unknown[] = [];

@Injectable()
class FailingListener {
  @OnEvent('wechat.*')
  hear(event: object): never {
    heard.push(event);
    throw new Error('a mistake of the host');
  }
}

describe.each(platforms)('WechatAuthEvents through @nestjs/event-emitter on $name', (platform) => {
  const servers = useTestServers();
  const logger = new LogCapture();
  let test: TestServer;

  beforeAll(async () => {
    test = await servers.all({
      platform,
      logger,
      metadata: {
        imports: [EventEmitterModule.forRoot({ wildcard: true })],
        providers: [WechatEventBridge, NewUsers, FailingListener],
      },
    });
  });
  beforeEach(() => {
    heard.length = 0;
    logger.lines.length = 0;
  });

  it('reach a listener of one event: a new user is told of once', async () => {
    const code = (): string => test.wechat.issueCode({ openid: 'o-bridge' });
    await logIn(test.server.url, code());
    await logIn(test.server.url, code());
    const lines = logger.lines.filter((line) => line.includes('A new user'));
    expect(lines).toEqual([expect.stringMatching(/^log A new user: [\da-f-]{36} NewUsers$/)]);
  });

  it('reach a listener of all events, and requests go through though it fails', async () => {
    const token = await logIn(test.server.url, test.wechat.issueCode({ openid: 'o-all' }));
    const logout = await call('DELETE', `${test.server.url}/wechat/session`, { token });
    expect(logout.status).toBe(204);
    test.wechat.fail(40029);
    const body = { code: test.wechat.issueCode() };
    expect((await call('POST', `${test.server.url}/wechat/login`, { body })).status).toBe(401);
    expect(heard).toMatchObject([
      { type: 'login', isNew: true },
      { type: 'logout' },
      { type: 'login-refused', errorCode: 'WX_CODE_INVALID' },
    ]);
  });
});
