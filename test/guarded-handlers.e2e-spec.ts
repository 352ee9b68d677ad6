import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, UseGuards, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { WechatAuthConfigError, WxApp, WxPublic, WxSessionGuard } from '../src/index.js';
import { APPID, startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';

/** No login in here: WeChat is never asked. */
const wechatUrl = 'http://127.0.0.1:9';
const globalGuard = { provide: APP_GUARD, useClass: WxSessionGuard };

describe.each(platforms)('handlers over $name', (platform) => {
  let database: TestDatabase;
  const running: ListeningApp[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const { app } of running.splice(0)) await app.close();
  });
  afterAll(() => database.drop());

  const start = async (metadata: ModuleMetadata): Promise<ListeningApp> => {
    const server = await startApp({ platform, databaseUrl: database.url, wechatUrl, metadata });
    running.push(server);
    return server;
  };

  it('of a class with @WxApp are closed, though it extends one with @WxPublic', async () => {
    @WxPublic()
    @Controller('open')
    class OpenController {
      @Get()
      get(): string {
        return 'in';
      }
    }
    @WxApp(APPID)
    @Controller('tied')
    class TiedController extends OpenController {}

    const controllers = [OpenController, TiedController];
    const { url } = await start({ controllers, providers: [globalGuard] });
    expect((await call('GET', `${url}/open`)).text).toBe('in');
    expect((await call('GET', `${url}/tied`)).body).toMatchObject({
      statusCode: 401,
      errorCode: 'WX_SESSION_MISSING',
    });
  });

  it('with @WxPublic and @WxApp at once keep the app from starting', async () => {
    @WxApp(APPID)
    @WxPublic()
    abstract class Both {}
    @Controller()
    @UseGuards(WxSessionGuard)
    class BothController extends Both {
      @WxApp(APPID)
      @WxPublic()
      @Get('both')
      get(): void {}
    }
    @Injectable()
    class BothResolver extends Both {}

    const started = start({ controllers: [BothController], providers: [BothResolver] });
    await expect(started).rejects.toBeInstanceOf(WechatAuthConfigError);
    await expect(started).rejects.toMatchObject({
      problems: [
        'Both has both @WxPublic() and @WxApp(), which exclude each other: keep one.',
        'BothController.get has both @WxPublic() and @WxApp(), which exclude each other: keep one.',
      ],
    });
  });
});
