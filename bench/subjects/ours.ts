import {
  Controller,
  Get,
  Module,
  UseGuards,
  type INestApplicationContext,
  type ModuleMetadata,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatAuthModule,
  WechatUser,
  WxSessionGuard,
  type WxSession,
} from '../../src/index.js';
import type { Profile } from './open.js';
import type { Setup } from './subject.js';

@Controller()
@UseGuards(WxSessionGuard)
class OursController {
  @Get('me')
  me(@CurrentWxSession() { userId }: WxSession): Profile {
    return { userId };
  }

  @Get('user')
  user(@CurrentWxUser() { id: userId, openid }: WechatUser): Profile {
    return { userId, openid };
  }
}

/** The wiring of the README: revocation is strict, session keys are sealed. */
export const ours = ({ app, databaseUrl: url, wechatUrl, poolSize }: Setup): ModuleMetadata => ({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url,
      autoLoadEntities: true,
      ...(poolSize !== undefined && { poolSize }),
    }),
    WechatAuthModule.forRoot({ ...app, wechat: { baseUrl: wechatUrl } }),
  ],
  controllers: [OursController],
});

@Module({})
class OursModule {}

/** The library's services, without a server. */
export const oursContext = (setup: Setup): Promise<INestApplicationContext> =>
  NestFactory.createApplicationContext(
    { module: OursModule, ...ours(setup) },
    { logger: ['error', 'warn'] },
  );
