// An app as its users write it, against the packed module: as ES modules and as CommonJS.
import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatAuthModule,
  wechatAuthMigrations,
  WechatUser,
  WxSessionGuard,
  type WxSession,
} from 'nestjs-wechat-auth';
import { provideWxSession, WechatSandbox } from 'nestjs-wechat-auth/testing';

@Controller()
class MeController {
  @UseGuards(WxSessionGuard)
  @Get('me')
  me(@CurrentWxUser() user: WechatUser, @CurrentWxSession() session: WxSession): object {
    return { openid: user.openid, isSame: user.id === session.userId };
  }
}

/** What the controller returns in a test without a database. */
async function askInTest(): Promise<unknown> {
  const module = await Test.createTestingModule({ controllers: [MeController] })
    .overrideGuard(WxSessionGuard)
    .useValue(provideWxSession({}, { openid: 'o-test' }))
    .compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const response = await fetch(`${await app.getUrl()}/me`);
  await app.close();
  return response.json();
}

async function main(): Promise<void> {
  const wechat = await WechatSandbox.start();

  @Module({
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: process.env['DATABASE_URL'] ?? '',
        autoLoadEntities: true,
        migrations: wechatAuthMigrations,
        migrationsRun: true,
      }),
      WechatAuthModule.forRoot({
        appid: 'wx4f4bc4dec97d474b',
        secret: 'c4c1f5d0a2b3948576e0f1d2c3b4a596',
        wechat: { baseUrl: wechat.url },
      }),
    ],
    controllers: [MeController],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const ask = async (method: string, path: string, token = '', body?: object): Promise<object> => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, ...(text === '' ? {} : (JSON.parse(text) as object)) };
  };
  const code = wechat.issueCode({ openid: 'o-consumer' });
  const login = (await ask('POST', '/wechat/login', '', { code })) as { token: string };
  const outcomes = [
    login,
    await ask('GET', '/me', login.token),
    await ask('GET', '/me'),
    await ask('DELETE', '/wechat/session', login.token),
    await ask('GET', '/me', login.token),
  ];
  await app.close();
  await wechat.close();
  process.stdout.write(
    `${JSON.stringify({ isModule: typeof require === 'undefined', outcomes, inTest: await askInTest() })}\n`,
  );
}

void main();
