/**
 * WeChat mini-program login for NestJS.
 *
 * @module nestjs-wechat-auth
 */
export { WechatAuthModule } from './wechat-auth.module.js';
export { wechatAuthConfig } from './config/wechat-auth.env.js';
export type {
  AppsFunctionOptions,
  AppWithComponentOptions,
  AppWithSecretOptions,
  SessionOptions,
  UserDataOptions,
  SeveralAppsOptions,
  SingleAppOptions,
  WechatApiOptions,
  WechatAppOptions,
  WechatAppsFunction,
  WechatAuthModuleExtras,
  WechatAuthOptions,
  WechatAuthOptionsFactory,
  WechatComponentOptions,
  WechatTokenFunction,
} from './config/wechat-auth.options.js';

export { disconnectSignalOf } from './login/disconnect-signal.js';
export type { WechatLogin, WechatLoginHook } from './config/login-hook.js';
export { LoginService } from './login/login.service.js';
export type { LoginOptions, LoginResult } from './login/login.types.js';
export { WechatAuthHeadersInterceptor } from './errors/wechat-auth-headers.interceptor.js';
export { Code2SessionService } from './wechat/code2session.service.js';
export type { Code2Session } from './wechat/code2session.js';
export { UsersService, type UserSessionKey } from './users/users.service.js';
export { WechatUser } from './postgres/wechat-user.entity.js';
export { SessionsService } from './sessions/sessions.service.js';
export type { SessionEnd } from './sessions/session-watcher.js';
export type { IssuedSession, WxSession } from './sessions/wx-session.js';

export { UserDataService } from './user-data/user-data.service.js';
export type { UserDataKind } from './user-data/user-data-kinds.js';
export { WxUserData } from './user-data/wx-user-data.decorator.js';
export type {
  EncryptedUserData,
  SignedUserData,
  WechatPhoneNumber,
  WechatRunData,
  WechatShareInfo,
  WechatUserDataKinds,
  WechatUserInfo,
  WechatWatermark,
} from './user-data/user-data.types.js';
export { AccessTokenService } from './wechat/access-token.service.js';
export { WechatApiService, type WechatApiRequest } from './user-data/wechat-api.service.js';

export { WechatAuthEvents } from './events/wechat-auth-events.js';
export type {
  WechatAuthEvent,
  WechatLoginEvent,
  WechatLoginRefusedEvent,
  WechatLogoutAllEvent,
  WechatLogoutEvent,
  WechatSessionRefusedEvent,
  WechatUnionidKnownEvent,
  WechatUserRemovedEvent,
} from './events/wechat-auth-event.js';

export { bearerTokenOf } from './guard/bearer-token.js';
export { WxSessionGuard } from './guard/wx-session.guard.js';
export {
  CurrentWxSession,
  CurrentWxUser,
  WxApp,
  WxOptional,
  WxPublic,
} from './guard/wx-session.decorators.js';
export { wxSessionOf } from './guard/wx-session-of.js';

export type { WechatAuthAction, WechatAuthErrorCode } from './errors/error-codes.js';
export { WechatAuthError, type WechatAuthErrorBody } from './errors/wechat-auth.error.js';
export { WechatUpstreamError, type WechatUpstreamDetails } from './errors/wechat-upstream.error.js';
export { WechatAuthConfigError } from './errors/wechat-auth-config.error.js';

export { wechatAuthEntities } from './postgres/entities.js';
export { wechatAuthMigrations } from './postgres/migrations/index.js';

export {
  describeWechatAuth,
  type DescribeWechatAuthOptions,
} from './openapi/describe-wechat-auth.js';
