import { Body, Controller, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import {
  CurrentWxSession,
  WechatApiService,
  WechatAuthHeadersInterceptor,
  WxSessionGuard,
  WxUserData,
  type WechatUserInfo,
  type WxSession,
} from '../../src/index.js';

/** A phone number, and user data that WeChat encrypted. */
@Controller('profile')
@ApiBearerAuth('wxSession')
@UseGuards(WxSessionGuard)
@UseInterceptors(WechatAuthHeadersInterceptor)
export class UserDataController {
  constructor(private readonly wechatApi: WechatApiService) {}

  @Post('phone')
  @HttpCode(200)
  async phone(@CurrentWxSession() session: WxSession, @Body('code') code: string): Promise<object> {
    const { purePhoneNumber } = await this.wechatApi.getPhoneNumber(session.userId, code);
    return { phone: purePhoneNumber.replace(/.(?=.{4})/g, '*') };
  }

  @Post('info')
  @HttpCode(200)
  info(@WxUserData('userInfo') { nickName, city }: WechatUserInfo): object {
    return { nickName, city };
  }
}
