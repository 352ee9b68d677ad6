import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Injectable,
  Post,
  Put,
  UnauthorizedException,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  CurrentWxSession,
  WechatApiService,
  WechatAuthError,
  WechatAuthHeadersInterceptor,
  WxSessionGuard,
  WxUserData,
  type WechatUserInfo,
  type WxSession,
} from '../../../../src/index.js';

/** The calls of the handlers. */
@Injectable()
export class Calls {
  readonly names: string[] = [];
  /** The number of next calls that fail with `WX_STORE_UNAVAILABLE`, after the handler's work. */
  failing = 0;
}

/** Guarded routes that count their calls. */
@Controller()
@UseGuards(WxSessionGuard)
@UseInterceptors(WechatAuthHeadersInterceptor)
export class OrdersController {
  constructor(
    private readonly calls: Calls,
    private readonly wechatApi: WechatApiService,
  ) {}

  @Get('orders')
  list(): object {
    return this.called('list');
  }

  @Post('orders')
  @HttpCode(200)
  create(): object {
    return this.called('create');
  }

  @Put('orders')
  replace(): object {
    return this.called('replace');
  }

  @Delete('orders')
  remove(): object {
    return this.called('remove');
  }

  /** A 401 of the app itself, after which a login does not help. */
  @Get('forbidden')
  forbidden(): never {
    this.called('forbidden');
    throw new UnauthorizedException('Not yours.');
  }

  @Post('phone')
  @HttpCode(200)
  async phone(@CurrentWxSession() { userId }: WxSession, @Body('code') code: string) {
    this.called('phone');
    return this.wechatApi.getPhoneNumber(userId, code);
  }

  @Post('info')
  @HttpCode(200)
  info(@WxUserData('userInfo') { nickName }: WechatUserInfo): object {
    return { nickName };
  }

  private called(name: string): object {
    this.calls.names.push(name);
    if (this.calls.failing-- > 0) throw new WechatAuthError('WX_STORE_UNAVAILABLE');
    return { name };
  }
}
