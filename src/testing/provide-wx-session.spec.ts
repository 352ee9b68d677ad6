import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { startApp } from '../../test/support/app.js';
import { createTestDatabase } from '../../test/support/database.js';
import { call } from '../../test/support/http.js';
import { LogCapture } from '../../test/support/log-capture.js';
import { platforms, type ListeningApp } from '../../test/support/platforms.js';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatUser,
  WxOptional,
  WxPublic,
  WxSessionGuard,
  wxSessionOf,
  type WxSession,
} from '../index.js';
import { provideWxSession } from './index.js';

const USER_ID = '0190b6f2-5c1e-7a40-8d3f-1f2e3d4c5b6a';

@Injectable()
class RolesGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return wxSessionOf(context)?.userId === USER_ID;
  }
}

@Controller()
@UseGuards(WxSessionGuard)
class ProfileController {
  @Get('me')
  me(@CurrentWxUser() user: WechatUser, @CurrentWxSession() session: WxSession): object {
    return { user, session };
  }

  @UseGuards(RolesGuard)
  @Get('admin')
  admin(@CurrentWxSession('userId') userId: string): object {
    return { userId };
  }

  @WxOptional()
  @Get('optional')
  optional(@CurrentWxSession('userId') userId: string | undefined): object {
    return { userId };
  }

  @WxPublic()
  @Get('open')
  open(@Req() request: object): object {
    return { userId: wxSessionOf(request)?.userId ?? 'none' };
  }
}

/** How an app registers the guard globally. */
const globalGuards = {
  useExisting: { provide: APP_GUARD, useExisting: WxSessionGuard },
  useClass: { provide: APP_GUARD, useClass: WxSessionGuard },
};

/** Its guard is a global one. */
@Controller('bare')
class BareController {
  @Get()
  me(@CurrentWxSession('userId') userId: string): object {
    return { userId };
  }
}

describe.each(platforms)('provideWxSession over $name', (platform) => {
  let server: ListeningApp | undefined;

  const stops: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    await server?.app.close();
    for (const stop of stops.splice(0)) await stop();
  });

  const get = async (builder: TestingModuleBuilder, path: string): Promise<unknown> => {
    server = await platform.listen(await builder.setLogger(new LogCapture()).compile());
    const { status, body } = await call('GET', `${server.url}/${path}`);
    return status === 200 ? body : status;
  };
  const profile = (...given: Parameters<typeof provideWxSession>): TestingModuleBuilder =>
    Test.createTestingModule({ controllers: [ProfileController] })
      .overrideGuard(WxSessionGuard)
      .useValue(provideWxSession(...given));

  it('gives handlers a consistent session and user, without a database', async () => {
    const body = await get(profile(), 'me');
    const { session, user } = body as { session: WxSession; user: WechatUser };
    expect(session).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      userId: user.id,
      appid: user.appid,
      issuedAt: expect.any(String),
      expiresAt: expect.any(String),
    });
    expect(new Date(session.expiresAt).getTime()).toBeGreaterThan(Date.now());
    expect(user).toMatchObject({ openid: 'o-test-user', unionid: null });
  });

  it('gives handlers the session of the test, and a consistent user', async () => {
    const session = { userId: USER_ID, appid: 'wx1' };
    expect(await get(profile(session), 'me')).toMatchObject({
      session,
      user: { id: USER_ID, appid: 'wx1' },
    });
  });

  it('gives handlers the user of the test, and a consistent session', async () => {
    const user = { id: USER_ID, appid: 'wx1', unionid: 'u-anna' };
    expect(await get(profile({}, user), 'me')).toMatchObject({
      session: { userId: USER_ID, appid: 'wx1' },
      user,
    });
  });

  it.each([
    ['allows the user of the test', USER_ID, { userId: USER_ID }],
    ['refuses another user', randomUUID(), 403],
  ])('gives the session to a guard that runs after it, which %s', async (_, userId, outcome) => {
    expect(await get(profile({ userId }), 'admin')).toEqual(outcome);
  });

  it('gives an optional handler the session, and a public one none, as the real guard', async () => {
    const builder = profile({ userId: USER_ID });
    expect(await get(builder, 'optional')).toEqual({ userId: USER_ID });
    const { body } = await call('GET', `${server?.url ?? ''}/open`);
    expect(body).toEqual({ userId: 'none' });
  });

  it.each([
    ['replaces a global guard in the app of a host', 'useExisting', 'overrideProvider', 200],
    ['does not reach a global guard in the app of a host', 'useClass', 'overrideProvider', 401],
    ['does not reach a global guard in the app of a host', 'useClass', 'overrideGuard', 401],
  ] as const)('%s: %s, %s', async (_, registration, override, status) => {
    const database = await createTestDatabase();
    server = await startApp({
      platform,
      databaseUrl: database.url,
      wechatUrl: 'http://127.0.0.1:9',
      metadata: {
        controllers: [BareController],
        providers: [globalGuards[registration]],
      },
      override: (builder) => {
        builder[override](WxSessionGuard).useValue(provideWxSession({ userId: USER_ID }));
      },
    });
    stops.push(() => database.drop());
    expect((await call('GET', `${server.url}/bare`)).status).toBe(status);
  });

  it('is itself a global guard for a controller without one', async () => {
    const builder = Test.createTestingModule({
      controllers: [BareController],
      providers: [{ provide: APP_GUARD, useValue: provideWxSession({ userId: USER_ID }) }],
    });
    expect(await get(builder, 'bare')).toEqual({ userId: USER_ID });
  });
});

it('provideWxSession lets a unit test construct a guarded controller without the module', async () => {
  const module = await Test.createTestingModule({ controllers: [ProfileController] })
    .overrideGuard(WxSessionGuard)
    .useValue(provideWxSession())
    .compile();
  expect(module.get(ProfileController).admin(USER_ID)).toEqual({ userId: USER_ID });
});
