import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Delete,
  Get,
  Injectable,
  Post,
  ValidationPipe,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { IsEmail, IsString } from 'class-validator';
import {
  CurrentWxSession,
  CurrentWxUser,
  SessionsService,
  UsersService,
  WechatUser,
  WxApp,
  WxOptional,
  WxPublic,
  WxSessionGuard,
  WxUserData,
  type WxSession,
} from '../src/index.js';
import { APPID, OTHER_APPID, twoApps } from './support/app.js';
import { call, logIn } from './support/http.js';
import { platforms } from './support/platforms.js';
import { useTestServers, type TestServer } from './support/test-servers.js';
import { userInfo } from './support/user-info.js';

/** A row of the app that a ValidationPipe would refuse, because its email is invalid. */
class Account {
  @IsEmail()
  readonly email?: string;

  constructor(readonly openid: string) {}
}

@Injectable()
class AccountPipe implements PipeTransform<string, Promise<Account>> {
  constructor(private readonly users: UsersService) {}

  async transform(userId: string): Promise<Account> {
    const user = await this.users.findById(userId);
    return new Account(user?.openid ?? 'nobody');
  }
}

class UpperCasePipe implements PipeTransform<string, string> {
  transform(value: string): string {
    return value.toUpperCase();
  }
}

class UserInfo {
  @IsEmail()
  nickName!: string;
}

class Greeting {
  @IsString()
  text!: string;
}

const kindOf = (value: unknown): string => (value as object).constructor.name;

@Controller()
class ParametersController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('whole')
  whole(@CurrentWxUser() user: WechatUser, @CurrentWxSession() session: WxSession): object {
    return { user, kinds: [user, session, session.expiresAt].map(kindOf), session };
  }

  @Get('parts')
  parts(
    @CurrentWxSession('appid') appid: string,
    @CurrentWxUser('unionid') unionid: string | null,
    @CurrentWxUser('openid', UpperCasePipe) upper: string,
    @CurrentWxUser('openid', UpperCasePipe, { transform: (text: string) => `${text}!` })
    loud: string,
  ): object {
    return { appid, unionid, upper, loud };
  }

  @Get('account')
  account(@CurrentWxSession('userId', AccountPipe) account: Account): object {
    return { kind: kindOf(account), openid: account.openid };
  }

  @Get('piped')
  piped(@CurrentWxUser({ transform: (user: WechatUser) => user.openid }) openid: string): object {
    return { openid };
  }

  @Post('info')
  info(@WxUserData('userInfo') info: UserInfo): object {
    return { nickName: info.nickName };
  }

  @Delete('session')
  async logout(@CurrentWxSession() session: WxSession): Promise<void> {
    await this.sessions.revoke(session);
  }

  @WxPublic()
  @Post('greet')
  greet(@Body() { text }: Greeting): object {
    return { text };
  }
}

@WxOptional()
@Controller('optional')
class OptionalController {
  @Get()
  get(
    @CurrentWxUser() user: WechatUser | undefined,
    @CurrentWxSession() session: WxSession | undefined,
    @CurrentWxUser('openid') openid: string | undefined,
    @CurrentWxSession('userId') userId: string | undefined,
  ): object {
    return { seen: [user?.id, session?.userId, openid, userId].map((value) => typeof value) };
  }

  @WxOptional()
  @WxApp(APPID)
  @Get('one-app')
  oneApp(@CurrentWxSession('appid') appid: string | undefined): object {
    return { appid };
  }

  @WxApp(APPID)
  @Get('closed')
  closed(): void {}

  @Post('info')
  info(@WxUserData('userInfo') info: UserInfo): UserInfo {
    return info;
  }
}

/** Our values pass through both. */
const pipes = [{}, { transform: true }].map(
  (options) =>
    new ValidationPipe({
      ...options,
      validateCustomDecorators: true,
      whitelist: true,
      forbidNonWhitelisted: true,
    }),
);

describe.each(platforms)('on $name with a ValidationPipe for custom decorators', (platform) => {
  const servers = useTestServers();
  let test: TestServer;
  let url: string;
  let token: string;

  beforeAll(async () => {
    test = await servers.all({
      platform,
      options: twoApps,
      metadata: {
        controllers: [ParametersController, OptionalController],
        providers: [{ provide: APP_GUARD, useClass: WxSessionGuard }],
      },
      prepare: (app) => app.useGlobalPipes(...pipes),
    });
    ({ url } = test.server);
    token = await logIn(url, test.wechat.issueCode({ openid: 'o-anna', unionid: 'u-anna' }));
  });

  const get = async (path: string, bearer?: string): Promise<unknown> =>
    (await call('GET', `${url}/${path}`, { token: bearer })).body;

  it('a handler gets the whole user and session, with their own classes', async () => {
    expect(await get('whole', token)).toMatchObject({
      kinds: ['WechatUser', 'Object', 'Date'],
      user: { openid: 'o-anna', lastLoginAt: expect.any(String) },
      session: { appid: APPID, expiresAt: expect.any(String) },
    });
  });

  it('a handler gets single properties, through any number of pipes', async () => {
    const parts = { appid: APPID, unionid: 'u-anna', upper: 'O-ANNA', loud: 'O-ANNA!' };
    expect(await get('parts', token)).toEqual(parts);
    expect(await get('piped', token)).toEqual({ openid: 'o-anna' });
  });

  it('an injectable pipe loads a row of the app for the user', async () => {
    expect(await get('account', token)).toEqual({ kind: 'Account', openid: 'o-anna' });
  });

  it('a handler gets decrypted user data even if it declares a class for them', async () => {
    const body = test.wechat.encryptUserData('o-anna', userInfo({ nickName: 'Anna' }), APPID);
    const info = await call('POST', `${url}/info`, { token, body });
    expect(info.body).toEqual({ nickName: 'Anna' });
  });

  it('the session that a handler gets can be revoked', async () => {
    const short = await logIn(url, test.wechat.issueCode());
    expect((await call('DELETE', `${url}/session`, { token: short })).status).toBe(200);
    expect(await get('whole', short)).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
  });

  it('bodies are still validated', async () => {
    expect((await call('POST', `${url}/greet`, { body: { text: 1 } })).status).toBe(400);
    expect((await call('POST', `${url}/greet`, { body: { text: 'hi' } })).status).toBe(201);
  });

  describe('@WxOptional() under a global guard', () => {
    it('gives a handler undefined without a token, and both with one', async () => {
      expect(await get('optional')).toEqual({ seen: Array(4).fill('undefined') });
      expect(await get('optional', token)).toEqual({ seen: Array(4).fill('string') });
    });

    it('refuses a token that is not valid', async () => {
      const { status, headers } = await call('GET', `${url}/optional`, { token: 'wrong' });
      expect([status, headers['wx-error']]).toEqual([401, 'WX_SESSION_INVALID']);
      const ended = await logIn(url, test.wechat.issueCode());
      await call('DELETE', `${url}/wechat/session`, { token: ended });
      expect(await get('optional', ended)).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
    });

    it('refuses two Authorization headers, the first of which is valid', async () => {
      const headers = { authorization: [`Bearer ${token}`, 'Bearer wrong'] };
      const { body } = await call('GET', `${url}/optional`, { headers });
      expect(body).toMatchObject({ errorCode: 'WX_SESSION_INVALID' });
    });

    it('with @WxApp allows clients without a token, and only sessions of that app', async () => {
      const code = test.wechat.issueCode({ appid: OTHER_APPID });
      const { body } = await call('POST', `${url}/wechat/login`, {
        body: { code, appid: OTHER_APPID },
      });
      expect(await get('optional/one-app')).toEqual({});
      expect(await get('optional/one-app', token)).toEqual({ appid: APPID });
      expect(await get('optional/one-app', String(body?.token))).toMatchObject({
        errorCode: 'WX_SESSION_INVALID',
      });
    });

    it('on a class does not open a handler with @WxApp', async () => {
      expect(await get('optional/closed')).toMatchObject({ errorCode: 'WX_SESSION_MISSING' });
    });

    it('gives no user data to clients without a session', async () => {
      const { status, headers } = await call('POST', `${url}/optional/info`, { body: {} });
      expect([status, headers['wx-error']]).toEqual([401, 'WX_SESSION_MISSING']);
    });
  });
});
