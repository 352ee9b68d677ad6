import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  CurrentWxSession,
  SessionsService,
  WxSessionGuard,
  type WxSession,
} from '../../src/index.js';

export const SANDBOX_URL = Symbol('SANDBOX_URL');

/** What the page needs besides the routes of an app. */
@Controller('demo')
@ApiExcludeController()
export class DemoController {
  constructor(
    private readonly sessions: SessionsService,
    @Inject(SANDBOX_URL) private readonly sandboxUrl: string | null,
  ) {}

  /** Where the sandbox is; `null` where the real WeChat is asked. */
  @Get('environment')
  environment(): object {
    return { sandboxUrl: this.sandboxUrl };
  }

  /** Ends the session behind the back of the mini program, as an operator would. */
  @Post('end-session')
  @HttpCode(204)
  @UseGuards(WxSessionGuard)
  async endSession(@CurrentWxSession() session: WxSession): Promise<void> {
    await this.sessions.revoke(session);
  }
}
