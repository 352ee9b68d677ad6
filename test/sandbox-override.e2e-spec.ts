import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  wechatAuthConfig,
  WechatAuthConfigError,
  wechatAuthMigrations,
  WechatAuthModule,
} from '../src/index.js';
import { WechatSandbox } from '../src/testing/index.js';
import { APPID, SECRET } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

describe.each(platforms)('an app under test over $name, with a sandbox', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let running: ListeningApp | undefined;

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
  });
  afterEach(async () => {
    await running?.app.close();
    running = undefined;
  });

  const credentials = { appid: APPID, secret: SECRET };
  const inSandbox = () => ({ ...credentials, wechat: { baseUrl: wechat.url } });

  async function start(
    wechatModule: ReturnType<typeof WechatAuthModule.forRoot>,
    override: (builder: TestingModuleBuilder) => TestingModuleBuilder,
  ): Promise<string> {
    const builder = Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: database.url,
          autoLoadEntities: true,
          migrations: wechatAuthMigrations,
          migrationsRun: true,
        }),
        wechatModule,
      ],
    }).setLogger(new LogCapture());
    running = await platform.listen(await override(builder).compile());
    return running.url;
  }

  const withConfig = (builder: TestingModuleBuilder): TestingModuleBuilder =>
    builder.overrideProvider(wechatAuthConfig.KEY).useValue(inSandbox());

  const logsIn = async (url: string): Promise<void> => {
    expect(await logIn(url, wechat.issueCode())).toEqual(expect.any(String));
  };

  it('logs in if wechatAuthConfig.KEY is overridden', async () => {
    const module = WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider());
    await logsIn(await start(module, withConfig));
  });

  it('logs in if a factory gets its options from an overridden ConfigService', async () => {
    const module = WechatAuthModule.forRootAsync({
      imports: [ConfigModule.forRoot({ ignoreEnvFile: true })],
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        appid: config.getOrThrow<string>('WECHAT_APPID'),
        secret: config.getOrThrow<string>('WECHAT_SECRET'),
        wechat: { baseUrl: config.get<string>('WECHAT_BASE_URL') },
      }),
    });
    const config = new ConfigService({
      WECHAT_APPID: APPID,
      WECHAT_SECRET: SECRET,
      WECHAT_BASE_URL: wechat.url,
    });
    await logsIn(
      await start(module, (builder) => builder.overrideProvider(ConfigService).useValue(config)),
    );
  });

  it.each([
    ['with the address of WeChat', {}],
    [
      'with a relay after the sandbox',
      { baseUrl: ['http://127.0.0.1:1', 'https://relay.example'] },
    ],
  ])('does not start with forRoot %s, because the override has no effect', async (_, options) => {
    const module = WechatAuthModule.forRoot({ ...credentials, wechat: options });
    const error: unknown = await start(module, withConfig).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WechatAuthConfigError);
    expect((error as WechatAuthConfigError).problems).toEqual([
      expect.stringMatching(/WechatSandbox runs .* WeChat itself.*asProvider\(\).*wechat\.baseUrl/),
    ]);
  });

  it('starts with forRoot and the url of the sandbox', async () => {
    await logsIn(await start(WechatAuthModule.forRoot(inSandbox()), (builder) => builder));
  });

  it('starts with the address of WeChat after every sandbox is closed', async () => {
    const another = await WechatSandbox.start();
    await Promise.all([another.close(), another.close(), wechat.close()]);
    const url = await start(WechatAuthModule.forRoot(credentials), (builder) => builder);
    expect((await call('GET', `${url}/wechat/session`)).status).toBe(401);
  });
});
