import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, UseGuards, type Type } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  LoginService,
  WechatAuthConfigError,
  wechatAuthConfig,
  wechatAuthEntities,
  wechatAuthMigrations,
  WechatAuthModule,
  WxSessionGuard,
  type WechatAuthOptions,
  type WechatAuthOptionsFactory,
} from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, ProfileModule, SECRET } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

describe('WechatAuthModule', () => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  const running: ListeningApp[] = [];

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
  });
  afterEach(async () => {
    for (const { app } of running.splice(0)) await app.close();
  });

  const typeOrm = (options: Partial<TypeOrmModuleOptions> = {}): TypeOrmModuleOptions =>
    ({
      type: 'postgres',
      url: database.url,
      autoLoadEntities: true,
      migrations: wechatAuthMigrations,
      migrationsRun: true,
      retryAttempts: 0,
      ...options,
    }) as TypeOrmModuleOptions;

  const options = (): WechatAuthOptions => ({
    appid: APPID,
    secret: SECRET,
    wechat: { baseUrl: wechat.url },
  });

  async function start(
    imports: NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>,
    prepare?: Parameters<(typeof platforms)[0]['listen']>[1],
    logger = new LogCapture(),
  ): Promise<string> {
    const module = await Test.createTestingModule({ imports }).setLogger(logger).compile();
    const server = await platforms[0].listen(module, prepare);
    running.push(server);
    return server.url;
  }

  const startDefault = (
    wechatModule: Parameters<typeof start>[0][number],
    prepare?: Parameters<typeof start>[1],
  ): Promise<string> =>
    start([TypeOrmModule.forRoot(typeOrm()), wechatModule, ProfileModule], prepare);

  const works = async (url: string): Promise<void> => {
    const token = await logIn(url, wechat.issueCode({ openid: 'o-wiring' }));
    const answer = await call('GET', `${url}/me`, { token });
    expect(answer.body).toMatchObject({ openid: 'o-wiring' });
  };

  @Injectable()
  class OptionsFactory implements WechatAuthOptionsFactory {
    createWechatAuthOptions(): Promise<WechatAuthOptions> {
      return Promise.resolve(options());
    }
  }

  @Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
  class OptionsModule {}

  it('works with forRoot', async () => {
    await works(await startDefault(WechatAuthModule.forRoot(options())));
  });

  it('works with forRootAsync, useFactory and inject', async () => {
    const module = WechatAuthModule.forRootAsync({
      imports: [ConfigModule.forRoot({ load: [() => ({ appid: APPID })], ignoreEnvFile: true })],
      inject: [ConfigService],
      useFactory: (config: ConfigService) =>
        ({
          ...options(),
          appid: config.getOrThrow<string>('appid'),
        }) as WechatAuthOptions,
    });
    await works(await startDefault(module));
  });

  it('works with forRootAsync and useClass', async () => {
    await works(await startDefault(WechatAuthModule.forRootAsync({ useClass: OptionsFactory })));
  });

  it('works with forRootAsync and useExisting', async () => {
    const module = WechatAuthModule.forRootAsync({
      imports: [OptionsModule],
      useExisting: OptionsFactory,
    });
    await works(await startDefault(module));
  });

  describe('with wechatAuthConfig', () => {
    const names = [
      'WECHAT_APPID',
      'WECHAT_SECRET',
      'WECHAT_SESSION_SECRET',
      'WECHAT_ENCRYPTION_SECRET',
      'WECHAT_SESSION_EXPIRES_IN',
      'WECHAT_BASE_URL',
    ];
    afterEach(() => {
      for (const name of names) Reflect.deleteProperty(process.env, name);
    });

    it('reads the options from environment variables', async () => {
      process.env.WECHAT_APPID = APPID;
      process.env.WECHAT_SECRET = SECRET;
      process.env.WECHAT_SESSION_SECRET = 'a session secret of more than 32 bytes';
      process.env.WECHAT_ENCRYPTION_SECRET =
        'an encryption secret of more than 32 bytes, the one before it of more than 32 bytes';
      process.env.WECHAT_BASE_URL = wechat.url;
      await works(await startDefault(WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider())));
      expect(wechatAuthConfig()).toEqual({
        appid: APPID,
        secret: SECRET,
        session: { secret: 'a session secret of more than 32 bytes' },
        encryptionSecret: [
          'an encryption secret of more than 32 bytes',
          'the one before it of more than 32 bytes',
        ],
        userData: {},
        wechat: { baseUrl: wechat.url },
      });
    });

    it('reads several apps, the base URL and the lifetime of sessions', async () => {
      process.env.WECHAT_APPID = `${APPID}, ${OTHER_APPID}`;
      process.env.WECHAT_SECRET = `${SECRET},${SECRET}`;
      process.env.WECHAT_SESSION_EXPIRES_IN = '600';
      process.env.WECHAT_BASE_URL = wechat.url;
      process.env.WECHAT_SESSION_SECRET = '';
      const url = await startDefault(WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider()));
      const code = wechat.issueCode({ appid: OTHER_APPID });
      const { body } = await call('POST', `${url}/wechat/login`, {
        body: { code, appid: OTHER_APPID },
      });
      expect(body).toMatchObject({ expiresIn: 600, isNewUser: true });
    });

    it('refuses to start with two appids and one secret', async () => {
      process.env.WECHAT_APPID = `${APPID},${OTHER_APPID}`;
      process.env.WECHAT_SECRET = SECRET;
      await expect(
        startDefault(WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider())),
      ).rejects.toThrow(/apps\[1\].secret.*WECHAT_SECRET/);
    });

    it('names the missing variables in the error', async () => {
      await expect(
        startDefault(WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider())),
      ).rejects.toThrow(/WECHAT_APPID[^]*WECHAT_SECRET[^]*ConfigModule\.forRoot\(\)[^]*\/\.env/);
    });
  });

  it.each([
    ['production', {}, 1],
    ['production', { session: { secret: 's'.repeat(32) }, encryptionSecret: 'e'.repeat(32) }, 0],
    ['development', {}, 0],
  ])(
    'with NODE_ENV=%s and %j warns %i times of keys derived from the AppSecret',
    async (env, more, times) => {
      const { NODE_ENV } = process.env;
      process.env.NODE_ENV = env;
      const logger = new LogCapture();
      try {
        const module = WechatAuthModule.forRoot({ ...options(), ...more });
        await start([TypeOrmModule.forRoot(typeOrm()), module], undefined, logger);
        const warnings = logger.lines.filter((line) =>
          /^warn .*derived from the AppSecret/.test(line),
        );
        expect(warnings).toHaveLength(times);
      } finally {
        process.env.NODE_ENV = NODE_ENV;
      }
    },
  );

  it('works with a DataSource that has a name', async () => {
    const name = 'accounts';
    const url = await start([
      TypeOrmModule.forRoot(typeOrm({ name })),
      WechatAuthModule.forRoot({ ...options(), dataSource: name }),
      ProfileModule,
    ]);
    await works(url);
  });

  it('works in a schema other than public, with entities listed by hand', async () => {
    await database.query('CREATE SCHEMA accounts');
    const url = await start([
      TypeOrmModule.forRoot(
        typeOrm({
          schema: 'accounts',
          autoLoadEntities: false,
          entities: wechatAuthEntities,
        }),
      ),
      WechatAuthModule.forRoot(options()),
      ProfileModule,
    ]);
    await works(url);
    expect(await database.query('SELECT openid FROM accounts.wechat_user')).toEqual([
      { openid: 'o-wiring' },
    ]);
  });

  it('does not open or close the DataSource', async () => {
    const url = await startDefault(WechatAuthModule.forRoot(options()));
    expect(url).toBeTruthy();
    const dataSource = running[0]?.app.get(DataSource);
    const wechatModule = running[0]?.app.get(WechatAuthModule);
    expect(dataSource?.isInitialized).toBe(true);
    expect(Object.getOwnPropertyNames(wechatModule?.constructor.prototype)).not.toContain(
      'onApplicationShutdown',
    );
  });

  it('has its routes under routes.path and the global prefix', async () => {
    const routes = { path: 'auth/wx' };
    const url = await startDefault(WechatAuthModule.forRoot({ ...options(), routes }), (app) => {
      app.setGlobalPrefix('api');
    });
    const answer = await call('POST', `${url}/api/auth/wx/login`, {
      body: { code: wechat.issueCode() },
    });
    expect(answer.status).toBe(200);
    expect((await call('POST', `${url}/wechat/login`)).status).toBe(404);
    const token = String(answer.body?.token);
    expect((await call('GET', `${url}/api/auth/wx/session`, { token })).status).toBe(200);
  });

  it('has no routes with routes: false', async () => {
    const url = await startDefault(WechatAuthModule.forRoot({ ...options(), routes: false }));
    expect((await call('POST', `${url}/wechat/login`)).status).toBe(404);
    expect((await call('GET', `${url}/wechat/session`)).status).toBe(404);
    const { token } = await running[0]!.app.get(LoginService).login(wechat.issueCode());
    expect((await call('GET', `${url}/me`, { token })).status).toBe(200);
  });

  it('is available only to modules that import it with isGlobal: false', async () => {
    @Controller('inside')
    @UseGuards(WxSessionGuard)
    class InsideController {
      @Get()
      inside(): string {
        return 'inside';
      }
    }
    const notGlobal = WechatAuthModule.forRoot({ ...options(), isGlobal: false });
    @Module({ imports: [notGlobal], controllers: [InsideController] })
    class InsideModule {}
    const url = await start([TypeOrmModule.forRoot(typeOrm()), InsideModule]);
    const token = await logIn(url, wechat.issueCode());
    expect((await call('GET', `${url}/inside`, { token })).status).toBe(200);
    await expect(startDefault(notGlobal)).rejects.toThrow(
      /resolve dependencies of the WxSessionGuard/,
    );
  });

  describe('refuses to start', () => {
    const failure = async (promise: Promise<unknown>): Promise<Error> => {
      const error = await promise.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(WechatAuthConfigError);
      return error as Error;
    };

    it('with invalid options, and lists all of them', async () => {
      const wrong = { appid: '', secret: '' };
      const error = await failure(startDefault(WechatAuthModule.forRoot(wrong)));
      expect(error.message).toMatch(/appid is missing[^]*secret is missing/);
    });

    it('[M-18] with secrets of less than 32 bytes, and does not print them', async () => {
      const short = 'x'.repeat(31);
      const wrong = { ...options(), session: { secret: short }, encryptionSecret: short };
      const error = await failure(startDefault(WechatAuthModule.forRoot(wrong)));
      expect(error.message).toMatch(/session\.secret must be[^]*encryptionSecret must be/);
      expect(error.message).not.toContain(short);
    });

    it.each<[string, () => Type | ReturnType<typeof WechatAuthModule.forRoot>]>([
      ['forRoot', () => WechatAuthModule.forRoot(options())],
      ['forRootAsync', () => WechatAuthModule.forRootAsync({ useFactory: options })],
    ])('if it is registered twice, the second time by %s', async (_, second) => {
      const error = await failure(
        start([TypeOrmModule.forRoot(typeOrm()), WechatAuthModule.forRoot(options()), second()]),
      );
      expect(error.message).toContain('registered more than once');
    });

    it.each([
      ['if the name of the DataSource is missing', { name: 'accounts' }, undefined, 'default'],
      ['if the DataSource has another name', { name: 'accounts' }, 'account', 'account'],
      ['if the DataSource has no name', {}, 'accounts', 'accounts'],
    ])('%s, and names the option', async (_, named, dataSource, expected) => {
      const error = await failure(
        start([
          TypeOrmModule.forRoot(typeOrm(named)),
          WechatAuthModule.forRoot({ ...options(), ...(dataSource && { dataSource }) }),
          ProfileModule,
        ]),
      );
      expect(error.message).toContain(`There is no DataSource named '${expected}': the option`);
    });

    it('if Postgres cannot be reached, with the error of TypeORM', async () => {
      const unreachable = typeOrm({ url: 'postgres://127.0.0.1:1/nowhere' });
      await expect(
        start([TypeOrmModule.forRoot(unreachable), WechatAuthModule.forRoot(options())]),
      ).rejects.toThrow('ECONNREFUSED');
    });

    it('if the DataSource does not have our entities', async () => {
      const error = await failure(
        start([
          TypeOrmModule.forRoot(typeOrm({ autoLoadEntities: false, entities: [] })),
          WechatAuthModule.forRoot(options()),
        ]),
      );
      expect(error.message).toContain('autoLoadEntities: true');
    });
  });

  it('may be imported by several modules if it is the same dynamic module', async () => {
    const module = WechatAuthModule.forRoot(options());
    @Module({ imports: [module] })
    class Feature {}
    await works(await start([TypeOrmModule.forRoot(typeOrm()), module, Feature, ProfileModule]));
  });

  it('logs which migrations to run if the tables are missing, before the first request', async () => {
    const empty = await createTestDatabase();
    const logger = new LogCapture();
    const module = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot(typeOrm({ url: empty.url, migrationsRun: false })),
        WechatAuthModule.forRoot(options()),
      ],
    })
      .setLogger(logger)
      .compile();
    const app = module.createNestApplication(new ExpressAdapter());
    await app.init();
    expect(logger.lines.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringMatching(
        /^error Postgres has no table "wechat_user", "wechat_revoked_session"\. Run wechatAuthMigrations/,
      ),
    ]);
    await expect(app.get(LoginService).login(wechat.issueCode())).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
    expect(logger.text).toMatch(/^error WX_STORE_UNAVAILABLE: .*42P01.*run wechatAuthMigrations/m);
    await app.close();
    await empty.drop();
  });
});
