import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatUser,
  WxSessionGuard,
  type WxSession,
} from '../../src/index.js';

/** A guarded route, like your own. */
@Controller('profile')
@ApiBearerAuth('wxSession')
@UseGuards(WxSessionGuard)
export class ProfileController {
  @Get()
  show(@CurrentWxUser() user: WechatUser, @CurrentWxSession() session: WxSession): object {
    return {
      userId: user.id,
      memberSince: user.createdAt,
      lastLoginAt: user.lastLoginAt,
      sessionExpiresAt: session.expiresAt,
    };
  }
}
