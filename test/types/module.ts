// Compiled by `npm run typecheck`, never run: what forRoot and forRootAsync accept.
import { ConfigModule, ConfigService } from '@nestjs/config';
import {
  wechatAuthConfig,
  WechatAuthModule,
  type WechatAuthOptions,
  type WechatAuthOptionsFactory,
} from '../../src/index.js';

const app = { appid: 'wx1', secret: 'secret' };
const component = { appid: 'wx2', accessToken: () => 'token' };
const keys = { session: { secret: 'secret' }, encryptionSecret: 'secret' };

export const accepted = [
  WechatAuthModule.forRoot(app),
  WechatAuthModule.forRoot({ apps: [app] }),
  WechatAuthModule.forRoot({
    ...app,
    session: { expiresIn: '2h', secret: ['new', 'old'], issuer: 'me' },
    encryptionSecret: 'secret',
    userData: { maxAge: 60 },
    wechat: { baseUrl: ['https://a.example', 'https://b.example'], timeout: 1000 },
    isGlobal: false,
    dataSource: 'name',
    routes: { path: 'auth' },
  }),
  WechatAuthModule.forRoot({ ...app, routes: false, dataSource: undefined }),
  WechatAuthModule.forRoot({ ...app, session: { expiresIn: 60 } }),
  // An option from the environment may be undefined, also with exactOptionalPropertyTypes.
  WechatAuthModule.forRoot({ ...app, session: { secret: process.env.SECRET } }),
  WechatAuthModule.forRoot({ ...app, accessToken: () => 'token' }),
  WechatAuthModule.forRoot({
    appid: 'wx1',
    component,
    accessToken: () => Promise.resolve('token'),
  }),
  WechatAuthModule.forRoot({ apps: [app, { appid: 'wx2', component }] }),
  WechatAuthModule.forRoot({ apps: (appid) => ({ ...app, appid }), ...keys }),
  WechatAuthModule.forRoot({ apps: () => undefined, defaultAppid: 'wx1', ...keys }),
  WechatAuthModule.forRoot({ apps: (appid) => Promise.resolve({ appid, component }), ...keys }),
  // What findOneBy of TypeORM returns: a row with further fields, or null.
  WechatAuthModule.forRoot({
    apps: (appid) => Promise.resolve(appid === 'wx1' ? { ...app, id: 7 } : null),
    ...keys,
  }),
  WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider()),
  WechatAuthModule.forRootAsync({ ...wechatAuthConfig.asProvider(), routes: false }),
  WechatAuthModule.forRootAsync({ useFactory: () => app }),
  WechatAuthModule.forRootAsync({ useFactory: () => Promise.resolve(app), isGlobal: false }),
  WechatAuthModule.forRootAsync({
    imports: [ConfigModule],
    inject: [ConfigService],
    useFactory: (config: ConfigService) => ({ ...app, appid: config.getOrThrow<string>('APPID') }),
  }),
];

class Factory implements WechatAuthOptionsFactory {
  createWechatAuthOptions(): Promise<WechatAuthOptions> {
    return Promise.resolve(app);
  }
}

class OtherFactory {
  create(): WechatAuthOptions {
    return app;
  }
}

export const acceptedClasses = [
  WechatAuthModule.forRootAsync({ useClass: Factory }),
  WechatAuthModule.forRootAsync({ useExisting: Factory }),
];

export const refused = [
  // @ts-expect-error -- no options
  WechatAuthModule.forRoot(),
  // @ts-expect-error -- neither an appid nor apps
  WechatAuthModule.forRoot({}),
  // @ts-expect-error -- no secret
  WechatAuthModule.forRoot({ appid: 'wx1' }),
  // @ts-expect-error -- both forms
  WechatAuthModule.forRoot({ ...app, apps: [app] }),
  // @ts-expect-error -- both a secret and a platform
  WechatAuthModule.forRoot({ ...app, component }),
  // @ts-expect-error -- neither a secret nor a platform
  WechatAuthModule.forRoot({ apps: [{ appid: 'wx1', accessToken: () => 'token' }] }),
  // @ts-expect-error -- a token instead of a function
  WechatAuthModule.forRoot({ ...app, accessToken: 'token' }),
  // @ts-expect-error -- a platform without its appid
  WechatAuthModule.forRoot({ appid: 'wx1', component: { accessToken: () => 'token' } }),
  // @ts-expect-error -- a function that returns no app
  WechatAuthModule.forRoot({ apps: (appid) => appid, ...keys }),
  // @ts-expect-error -- the first app of a list is the default
  WechatAuthModule.forRoot({ apps: [app], defaultAppid: 'wx1' }),
  // @ts-expect-error -- a misspelled option
  WechatAuthModule.forRoot({ ...app, sesion: {} }),
  // @ts-expect-error -- a misspelled option in a group
  WechatAuthModule.forRoot({ ...app, session: { expiresin: 60 } }),
  // @ts-expect-error -- not a string or a list of strings
  WechatAuthModule.forRoot({ ...app, encryptionSecret: 42 }),
  // @ts-expect-error -- not a path
  WechatAuthModule.forRoot({ ...app, routes: true }),
  // @ts-expect-error -- no source of options
  WechatAuthModule.forRootAsync({ inject: 'ConfigService' }),
  // @ts-expect-error -- a class without createWechatAuthOptions
  WechatAuthModule.forRootAsync({ useClass: OtherFactory }),
  // @ts-expect-error -- a factory without the secret
  WechatAuthModule.forRootAsync({ useFactory: () => ({ appid: 'wx1' }) }),
];

export const options: WechatAuthOptions = {
  ...app,
  // @ts-expect-error -- isGlobal defines the module: it is given next to the factory
  isGlobal: false,
};
