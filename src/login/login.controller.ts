import { Body, Controller, HttpCode, Post, Req, UseInterceptors } from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { bearerTokenOf } from '../guard/bearer-token.js';
import { WxPublic } from '../guard/wx-session.decorators.js';
import { WechatAuthHeadersInterceptor } from '../errors/wechat-auth-headers.interceptor.js';
import { disconnectSignalOf } from './disconnect-signal.js';
import { LoginService, type LoginResult } from './login.service.js';

@Controller()
@UseInterceptors(WechatAuthHeadersInterceptor)
export class LoginController {
  constructor(private readonly loginService: LoginService) {}

  @Post('login')
  @HttpCode(200)
  @WxPublic()
  login(@Body() body: unknown, @Req() request: object): Promise<LoginResult> {
    const { code, appid } = readLogin(body);
    return this.loginService.login(code, {
      appid,
      replaces: bearerTokenOf(request),
      signal: disconnectSignalOf(request),
    });
  }
}

/** @throws {@link WechatAuthError} `WX_CODE_MALFORMED`, `WX_APP_UNKNOWN` */
function readLogin(body: unknown): { code: string; appid: string | undefined } {
  const { code, appid } = (body ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string') throw new WechatAuthError('WX_CODE_MALFORMED');
  if (appid !== undefined && typeof appid !== 'string') throw new WechatAuthError('WX_APP_UNKNOWN');
  return { code, appid };
}
