import { Body, Controller, HttpCode, Post, Req, UseInterceptors } from '@nestjs/common';
import { bearerTokenOf } from '../guard/bearer-token.js';
import { WxPublic } from '../guard/wx-session.decorators.js';
import { WechatAuthHeadersInterceptor } from '../errors/wechat-auth-headers.interceptor.js';
import { disconnectSignalOf } from './disconnect-signal.js';
import { LoginService } from './login.service.js';
import type { LoginResult } from './login.types.js';

@Controller()
@UseInterceptors(WechatAuthHeadersInterceptor)
export class LoginController {
  constructor(private readonly loginService: LoginService) {}

  @Post('login')
  @HttpCode(200)
  @WxPublic()
  login(@Body() body: unknown, @Req() request: object): Promise<LoginResult> {
    // LoginService checks both.
    const { code, appid } = (body ?? {}) as { code: string; appid?: string };
    return this.loginService.login(code, {
      appid,
      replaces: bearerTokenOf(request),
      signal: disconnectSignalOf(request),
    });
  }
}
