// test/login.e2e-spec.ts
import { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { wechatAuthConfig } from 'nestjs-wechat-auth';
import { WechatSandbox } from 'nestjs-wechat-auth/testing';
import request from 'supertest';
import { AppModule } from './../src/app.module.js';

describe('WeChat login (e2e)', () => {
  let wechat: WechatSandbox;
  let app: INestApplication;

  beforeAll(async () => {
    wechat = await WechatSandbox.start();
    const moduleRef = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(wechatAuthConfig.KEY)
      .useValue({
        appid: 'wx-test',
        secret: 'an-app-secret-of-32-characters!!',
        wechat: { baseUrl: wechat.url },
      })
      .compile();
    app = moduleRef.createNestApplication();
    await app.init();
  });

  afterAll(async () => {
    await app?.close();
    await wechat.close();
  });

  const login = () =>
    request(app.getHttpServer())
      .post('/wechat/login')
      .send({ code: wechat.issueCode({ openid: 'o-anna' }) });

  it('opens a guarded route', async () => {
    await request(app.getHttpServer()).get('/me').expect(401);
    const { body } = await login().expect(200);
    await request(app.getHttpServer()).get('/me').auth(body.token, { type: 'bearer' }).expect(200);
  });

  it('is refused for a code that WeChat refuses', async () => {
    wechat.fail(40029);
    await login().expect(401).expect('wx-error', 'WX_CODE_INVALID');
  });
});
