// A traced app in a separate process: it makes all calls to WeChat, with and without failures, and
// prints what the tracer recorded, and the secrets that were used.
import 'reflect-metadata';
import { captureException } from '@sentry/node';
import { tracers } from './tracers.js';

const [databaseUrl = '', wechatUrl = '', name = '', ...codes] = process.argv.slice(2);
const recorded = tracers[name as keyof typeof tracers]();

// Only now: modules that were imported before cannot be traced.
const { AccessTokenService, LoginService, UsersService, WechatApiService } =
  await import('../../src/index.js');
const { APPID, SECRET, startApp } = await import('./app.js');
const { call } = await import('./http.js');

const wechat = { baseUrl: ['http://127.0.0.1:1', wechatUrl], timeout: 1000 };
const { app, url } = await startApp({ databaseUrl, wechatUrl, options: { wechat } });
const [first = '', ...others] = codes;
const attempt = (work: Promise<unknown>): Promise<unknown> => work.catch(captureException);

const { body } = await call('POST', `${url}/wechat/login`, { body: { code: first } });
const user = await app.get(UsersService).findById(String(body?.userId));
const token = await app.get(AccessTokenService).getToken();
for (const code of others) await attempt(app.get(LoginService).login(code));
await attempt(app.get(WechatApiService).checkSessionKey(user?.id ?? ''));
await attempt(app.get(WechatApiService).getPhoneNumber(user?.id ?? '', 'no-such-phone-code'));
const { sessionKey } = await app.get(UsersService).getSessionKey(user?.id ?? '');
await app.close();

const secrets = [SECRET, token, sessionKey, body?.token, user?.openid, 'no-such-phone-code'];
process.stdout.write(JSON.stringify({ appid: APPID, recorded: await recorded(), secrets }));
