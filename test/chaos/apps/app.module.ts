import { Controller, Get, Module, UseGuards, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatApiService,
  WechatAuthModule,
  wechatAuthMigrations,
  WechatUser,
  type WxSession,
  WxSessionGuard,
} from '../../../src/index.js';
import { APP, type AppSettings } from './settings.js';

@Controller()
@UseGuards(WxSessionGuard)
export class MeController {
  constructor(private readonly wechatApi: WechatApiService) {}

  @Get('me')
  me(@CurrentWxUser() user: WechatUser, @CurrentWxSession() session: WxSession): object {
    return { userId: user.id, loggedInUntil: session.expiresAt };
  }

  /** Whether the stored key is the one of the newest exchange. */
  @Get('session-key')
  async sessionKey(@CurrentWxSession() session: WxSession): Promise<object> {
    return { isCurrent: await this.wechatApi.checkSessionKey(session.userId) };
  }
}

/** The module of the README. */
@Module({})
export class AppModule {
  static with({ databaseUrl, wechatUrl, typeOrm, session }: AppSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: databaseUrl,
          autoLoadEntities: true,
          migrations: wechatAuthMigrations,
          migrationsRun: true,
          ...typeOrm,
        }),
        WechatAuthModule.forRoot({ ...APP, session, wechat: { baseUrl: wechatUrl } }),
      ],
      controllers: [MeController],
    };
  }
}
