import { Controller, Delete, Get, HttpCode, UseGuards, UseInterceptors } from '@nestjs/common';
import { CurrentWxSession } from '../guard/wx-session.decorators.js';
import { WxSessionGuard } from '../guard/wx-session.guard.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { WxSession } from '../sessions/wx-session.js';
import { WechatAuthHeadersInterceptor } from '../errors/wechat-auth-headers.interceptor.js';

@Controller()
@UseGuards(WxSessionGuard)
@UseInterceptors(WechatAuthHeadersInterceptor)
export class SessionController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('session')
  show(@CurrentWxSession() session: WxSession): Omit<WxSession, 'id'> {
    const { userId, appid, issuedAt, expiresAt } = session;
    return { userId, appid, issuedAt, expiresAt };
  }

  @Delete('session')
  @HttpCode(204)
  async end(@CurrentWxSession() session: WxSession): Promise<void> {
    await this.sessions.revoke(session);
  }

  @Delete('sessions')
  @HttpCode(204)
  async endAll(@CurrentWxSession() session: WxSession): Promise<void> {
    await this.sessions.revokeAll(session.userId);
  }
}
