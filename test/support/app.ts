import {
  Controller,
  Get,
  Module,
  UseGuards,
  type INestApplication,
  type LoggerService,
  type ModuleMetadata,
} from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatAuthModule,
  wechatAuthMigrations,
  WxSessionGuard,
  type WechatAuthModuleExtras,
  type WechatAuthOptions,
  WechatUser,
  type WxSession,
} from '../../src/index.js';
import { LogCapture } from './log-capture.js';
import { platforms, type ListeningApp, type Platform } from './platforms.js';

export const APPID = 'wx4f4bc4dec97d474b';
export const SECRET = 'c4c1f5d0a2b3948576e0f1d2c3b4a596';
export const OTHER_APPID = 'wx0000000000000002';

/** The options of a server with two mini programs. */
export const twoApps = {
  appid: undefined,
  secret: undefined,
  apps: [
    { appid: APPID, secret: SECRET },
    { appid: OTHER_APPID, secret: SECRET },
  ],
};

/** A feature module of an app with a guarded route. */
@Controller()
export class ProfileController {
  @UseGuards(WxSessionGuard)
  @Get('me')
  me(@CurrentWxUser() user: WechatUser, @CurrentWxSession() session: WxSession): object {
    return { openid: user.openid, userId: session.userId };
  }
}

@Module({ controllers: [ProfileController] })
export class ProfileModule {}

export interface TestAppOptions {
  platform?: Platform;
  databaseUrl: string;
  wechatUrl: string;
  options?: Partial<WechatAuthOptions>;
  extras?: WechatAuthModuleExtras;
  metadata?: ModuleMetadata;
  logger?: LoggerService;
  prepare?: (app: INestApplication) => void;
  typeOrm?: Partial<TypeOrmModuleOptions>;
  /** Replaces providers, as an app does in its tests. */
  override?: (builder: TestingModuleBuilder) => void;
}

/** The app of the README, on a real database and the sandbox. */
export async function startApp(test: TestAppOptions): Promise<ListeningApp> {
  const { platform = platforms[0], metadata = {}, options, extras } = test;
  const builder = Test.createTestingModule({
    ...metadata,
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: test.databaseUrl,
        autoLoadEntities: true,
        migrations: wechatAuthMigrations,
        migrationsRun: true,
        retryAttempts: 0,
        poolSize: 10,
        connectTimeoutMS: 3000,
        ...test.typeOrm,
      } as TypeOrmModuleOptions),
      WechatAuthModule.forRoot({
        appid: APPID,
        secret: SECRET,
        wechat: { baseUrl: test.wechatUrl },
        ...options,
        ...extras,
      } as WechatAuthOptions & WechatAuthModuleExtras),
      ProfileModule,
      ...(metadata.imports ?? []),
    ],
  }).setLogger(test.logger ?? new LogCapture());
  test.override?.(builder);
  return platform.listen(await builder.compile(), test.prepare);
}
