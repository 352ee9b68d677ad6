import { Controller, Get, Post } from '@nestjs/common';
import { Throttle } from '@nestjs/throttler';
import { CurrentWxSession, WxApp } from '../../../src/index.js';
import { STAFF } from '../mini-programs.js';

@Controller('orders')
export class OrdersController {
  @Throttle({ default: { ttl: 60_000, limit: 3 } })
  @Post()
  place(@CurrentWxSession('userId') userId: string): object {
    return { placedBy: userId };
  }

  /** For the mini program of the staff alone. */
  @WxApp(STAFF)
  @Get()
  list(): object[] {
    return [];
  }
}
