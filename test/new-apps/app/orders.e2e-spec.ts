import { CanActivate, Controller, ExecutionContext, Get, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CurrentWxSession, CurrentWxUser, WxSessionGuard, wxSessionOf } from 'nestjs-wechat-auth';
import { provideWxSession } from 'nestjs-wechat-auth/testing';
import request from 'supertest';

class LoggedInGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return wxSessionOf(context) !== undefined;
  }
}

@Controller()
@UseGuards(WxSessionGuard, LoggedInGuard)
class OrdersController {
  @Get('orders')
  list(
    @CurrentWxSession('userId') userId: string,
    @CurrentWxUser('openid') openid: string,
  ): object {
    return { userId, openid };
  }
}

describe('a controller with provideWxSession', () => {
  // The two entries of the package have to share what they keep, also as a test runner loads them.
  it('has that session and user, without a database', async () => {
    const userId = '0190b6f2-5c1e-7a40-8d3f-1f2e3d4c5b6a';
    const moduleRef = await Test.createTestingModule({ controllers: [OrdersController] })
      .overrideGuard(WxSessionGuard)
      .useValue(provideWxSession({ userId }, { openid: 'o-anna' }))
      .compile();
    const app = moduleRef.createNestApplication();
    await app.init();
    await request(app.getHttpServer()).get('/orders').expect(200, { userId, openid: 'o-anna' });
    await app.close();
  });
});
