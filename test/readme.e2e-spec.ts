import { execFile } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { userInfo } from './support/user-info.js';
import { call } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';
import { EXAMPLES, writeExamples } from './support/readme-examples.js';

const examples = writeExamples();
const load = (path: string): Promise<unknown> => import(resolve(path));

it('the TypeScript examples of all pages compile', async () => {
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      // Strict, but without the checks that most projects do not have.
      exactOptionalPropertyTypes: false,
      noUncheckedIndexedAccess: false,
      allowUnusedLabels: true,
    },
    include: ['**/*.ts'],
  };
  writeFileSync(join(EXAMPLES, 'tsconfig.json'), JSON.stringify(config));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const errors = await promisify(execFile)(process.execPath, [tsc, '-p', EXAMPLES]).catch(
    (error: unknown) => error,
  );
  expect(errors).toEqual({ stdout: '', stderr: '' });
  expect([...examples.keys()]).toEqual(expect.arrayContaining(['README.md', 'README.zh-CN.md']));
}, 120_000);

describe.each(['README.md', 'README.zh-CN.md'])('the examples of %s', (page) => {
  /** The path of the one example of the page that has this text. */
  const exampleWith = (text: string): string => {
    const found = (examples.get(page) ?? []).filter((path) =>
      readFileSync(path, 'utf8').includes(text),
    );
    expect(found).toHaveLength(1);
    return found[0] ?? '';
  };
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
    process.env.DATABASE_URL = database.url;
  });
  afterAll(() => {
    delete process.env.DATABASE_URL;
  });

  it('run the app in the test that the page shows', async () => {
    const path = exampleWith('WechatSandbox.start()');
    appendFileSync(path, 'export { anna, refused };');
    const { anna, refused } = (await load(path)) as Record<'anna' | 'refused', Response>;
    expect(anna.status).toBe(200);
    expect(await anna.json()).toMatchObject({ tokenType: 'Bearer', isNewUser: true });
    expect([refused.status, refused.headers.get('wx-error')]).toEqual([401, 'WX_CODE_INVALID']);
    expect(await database.query('SELECT openid FROM wechat_user')).toEqual([{ openid: 'o-anna' }]);
  });

  it('can all be imported, except those of the mini program', async () => {
    const others = (examples.get(page) ?? []).filter(
      (path) => !/createWxSession|WechatSandbox/.test(readFileSync(path, 'utf8')),
    );
    expect(others.length).toBeGreaterThan(8);
    for (const path of others) await load(path);
  });

  describe.each(platforms)('with their controllers on $name', (platform) => {
    let server: ListeningApp;

    beforeAll(async () => {
      const { AuthController } = (await load(exampleWith('class AuthController'))) as Controllers;
      const { ProfileController } = (await load(
        exampleWith('class ProfileController'),
      )) as Controllers;
      server = await servers.app({
        platform,
        databaseUrl: database.url,
        wechatUrl: wechat.url,
        extras: { routes: false },
        metadata: { controllers: [AuthController, ProfileController] },
      });
    });

    it('log in and out on routes of the host', async () => {
      const login = await call('POST', `${server.url}/auth/login`, {
        body: { code: wechat.issueCode() },
      });
      expect(login.status).toBe(200);
      expect(login.headers['cache-control']).toBe('no-store');
      const token = String(login.body?.token);
      expect((await call('POST', `${server.url}/auth/logout`, { token })).status).toBe(204);
      const again = await call('POST', `${server.url}/auth/logout`, { token });
      expect(again.body).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
    });

    it('read user data and a phone number', async () => {
      const openid = `o-${page}-${platform.name}`;
      const { body } = await call('POST', `${server.url}/auth/login`, {
        body: { code: wechat.issueCode({ openid }) },
      });
      const token = String(body?.token);
      const info = await call('POST', `${server.url}/profile/info`, {
        token,
        body: wechat.encryptUserData(openid, userInfo({ nickName: 'Anna' }), APPID),
      });
      expect(info.body).toEqual({ nickName: 'Anna' });
      const phone = await call('POST', `${server.url}/profile/phone`, {
        token,
        body: { code: wechat.issuePhoneCode({ openid, appid: APPID }) },
      });
      expect(phone.body).toMatchObject({ countryCode: '86' });
    });
  });
});

type Controllers = Record<'AuthController' | 'ProfileController', Type>;
