import { Controller, Get, Module, UseGuards, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CurrentWxSession,
  WechatAuthModule,
  WxSessionGuard,
  type WxSession,
} from '../../src/index.js';
import type { Settings } from '../data/apps.js';
import type { Answer } from './answer.js';

@Controller()
class OursController {
  @UseGuards(WxSessionGuard)
  @Get('me')
  me(@CurrentWxSession() session: WxSession): Answer {
    return { userId: session.userId };
  }
}

/** The wiring of our README: revocation is strict. */
@Module({})
export class OursModule {
  static with({ app, databaseUrl }: Settings): DynamicModule {
    return {
      module: OursModule,
      imports: [
        TypeOrmModule.forRoot({ type: 'postgres', url: databaseUrl, autoLoadEntities: true }),
        WechatAuthModule.forRoot(app),
      ],
      controllers: [OursController],
    };
  }
}
