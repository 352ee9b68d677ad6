import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { WxSessionGuard } from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn, type Answer } from './support/http.js';
import { platforms } from './support/platforms.js';
import { AdminRoutes, AdminsController, Roles, RolesGuard } from './support/roles.js';
import { useTestServers } from './support/test-servers.js';
import { until } from './support/until.js';

const PROGRAM = ['--import', '@swc-node/register/esm-register', 'test/support/throttled-app.ts'];

@Controller('session-then-role')
@UseGuards(WxSessionGuard, RolesGuard)
class InOrderController extends AdminRoutes {}

@Controller('role-then-session')
@UseGuards(RolesGuard, WxSessionGuard)
class ReversedController extends AdminRoutes {}

@Controller('session-on-class')
@UseGuards(WxSessionGuard)
class SessionOnClassController {
  @UseGuards(RolesGuard)
  @Roles(['admin'])
  @Get()
  get(): string {
    return 'in';
  }
}

@Controller('role-on-class')
@UseGuards(RolesGuard)
class RoleOnClassController {
  @UseGuards(WxSessionGuard)
  @Roles(['admin'])
  @Get()
  get(): string {
    return 'in';
  }
}

@Controller('bare')
class BareController extends AdminRoutes {}

describe.each(platforms)('the order of guards on $name', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let admin: string;
  let user: string;

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
  });

  /** Logs in an administrator and another user. */
  const logInBoth = async (url: string): Promise<void> => {
    admin = await logIn(url, wechat.issueCode({ openid: 'o-admin' }));
    user = await logIn(url, wechat.issueCode({ openid: 'o-user' }));
    await call('POST', `${url}/admins`, { token: admin });
  };
  /** What the administrator, the other user and a client without a session get. */
  const statusesOf = async (url: string): Promise<number[]> => {
    const statuses: number[] = [];
    for (const token of [admin, user, undefined]) {
      statuses.push((await call('GET', url, { token })).status);
    }
    return statuses;
  };
  const start = async (controllers: (typeof BareController)[], ...guards: object[]) => {
    const { url } = await servers.app({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      metadata: {
        controllers: [AdminsController, ...controllers],
        providers: guards.map((useClass) => ({ provide: APP_GUARD, useClass })) as [],
      },
    });
    await logInBoth(url);
    return url;
  };

  describe('without global guards', () => {
    let url: string;

    beforeAll(async () => {
      url = await start([
        InOrderController,
        ReversedController,
        SessionOnClassController,
        RoleOnClassController,
      ]);
    });

    it.each([
      ['@UseGuards(WxSessionGuard, RolesGuard)', 'session-then-role'],
      ['WxSessionGuard on the class and RolesGuard on the handler', 'session-on-class'],
    ])('%s: only the role gets in', async (_, path) => {
      expect(await statusesOf(`${url}/${path}`)).toEqual([200, 403, 401]);
    });

    it.each([
      ['@UseGuards(RolesGuard, WxSessionGuard)', 'role-then-session'],
      ['RolesGuard on the class and WxSessionGuard on the handler', 'role-on-class'],
    ])('%s: all are refused, as there is no session yet', async (_, path) => {
      expect(await statusesOf(`${url}/${path}`)).toEqual([403, 403, 403]);
    });
  });

  it('global RolesGuard before global WxSessionGuard: all are refused', async () => {
    const url = await start([BareController], RolesGuard, WxSessionGuard);
    expect(await statusesOf(`${url}/bare`)).toEqual([403, 403, 403]);
  });

  describe('with global guards: WxSessionGuard, a throttler, RolesGuard', () => {
    let child: ChildProcess;
    let url: string;

    beforeAll(async () => {
      const started = spawn(
        process.execPath,
        [...PROGRAM, database.url, wechat.url, platform.name],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      child = started;
      const [line] = (await once(started.stdout, 'data')) as [Buffer];
      url = line.toString().trim();
      await logInBoth(url);
    }, 60_000);
    afterAll(() => {
      child.kill('SIGKILL');
    });

    it.each([
      ['a route with a role', 'global'],
      ['RolesGuard on the controller as well', 'role-on-controller'],
    ])('%s: only the role gets in', async (_, path) => {
      expect(await statusesOf(`${url}/${path}`)).toEqual([200, 403, 401]);
    });

    it('RolesGuard refuses a client without a session on a route with @WxOptional()', async () => {
      expect(await statusesOf(`${url}/global/optional`)).toEqual([200, 200, 403]);
    });

    it('a throttler counts for each user, and all guards together need one statement', async () => {
      const get = (token: string): Promise<Answer> =>
        call('GET', `${url}/global/limited`, { token });
      await call('GET', `${url}/report`);
      const { body } = await get(user);
      const userId = expect.stringMatching(/^[\da-f-]{36}$/);
      expect(body).toEqual({ userId });
      const report = await call('GET', `${url}/report`);
      expect(report.body).toMatchObject({ statements: 1, interceptor: [body?.userId, null] });
      expect([(await get(user)).status, (await get(user)).status]).toEqual([200, 429]);
      expect((await get(admin)).status).toBe(200);
    });

    it('middleware sees the user once the response has been sent', async () => {
      await call('GET', `${url}/report`);
      await call('GET', `${url}/global/optional`, { token: user });
      await until(async () => {
        const { body } = await call('GET', `${url}/report`);
        return (body?.middleware as unknown[]).some((userId) => typeof userId === 'string');
      });
    });
  });
});
