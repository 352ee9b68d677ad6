import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  CurrentWxSession,
  SessionsService,
  WxSessionGuard,
  type WxSession,
} from '../../src/index.js';

export const SANDBOX_URL = Symbol('SANDBOX_URL');

/** The routes that only the page needs. */
@Controller('demo')
@ApiExcludeController()
export class DemoController {
  constructor(
    private readonly sessions: SessionsService,
    @Inject(SANDBOX_URL) private readonly sandboxUrl: string | null,
  ) {}

  /** The URL of the sandbox; `null` with the real WeChat. */
  @Get('environment')
  environment(): object {
    return { sandboxUrl: this.sandboxUrl };
  }

  /** Ends the session without the mini program, as an operator would. */
  @Post('end-session')
  @HttpCode(204)
  @UseGuards(WxSessionGuard)
  async endSession(@CurrentWxSession() session: WxSession): Promise<void> {
    await this.sessions.revoke(session);
  }
}
