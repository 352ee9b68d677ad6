import type { Type } from '@nestjs/common';
import { isRecord } from '../common/is-record.js';
import type { Option, OptionTable } from './option.js';
import type { WechatLoginHook } from './login-hook.js';
import { baseUrls, flag, milliseconds, secrets, text, timeSpan } from './option-types.js';
import type { CommonOptions, WechatAuthModuleExtras } from './wechat-auth.options.js';

const option = <T>(row: Option<T>): Option<T> => row;

/** All options except those of the apps: default, check and description for the READMEs. */
export const OPTIONS = {
  session: {
    expiresIn: option({
      ...timeSpan,
      default: 7200,
      env: 'WECHAT_SESSION_EXPIRES_IN',
      description: "seconds, or a time span with its unit such as `'2h'`; at most 7 days",
    }),
    secret: option({
      ...secrets,
      default: [],
      env: 'WECHAT_SESSION_SECRET',
      description: 'a string of at least 32 bytes, or a list: the first signs, all verify',
    }),
    issuer: option({
      ...text,
      default: 'nestjs-wechat-auth',
      description: 'the `iss` claim of the tokens',
    }),
    single: option({
      ...flag,
      default: false,
      description: '`true`: one live session for each user; a login ends all before it',
    }),
  },
  encryptionSecret: option({
    ...secrets,
    default: [],
    env: 'WECHAT_ENCRYPTION_SECRET',
    description: 'a string of at least 32 bytes, or a list: the first encrypts, all decrypt',
  }),
  userData: {
    maxAge: option({
      ...timeSpan,
      default: 3600,
      description: 'how old encrypted user data may be: seconds, or a time span; at most 7 days',
    }),
  },
  wechat: {
    baseUrl: option({
      ...baseUrls,
      default: ['https://api.weixin.qq.com'],
      env: 'WECHAT_BASE_URL',
      description:
        '`http:` only for loopback addresses; a list: the next one is tried where no connection could be made',
    }),
    timeout: option({
      ...milliseconds(60_000),
      default: 5000,
      description: 'milliseconds for a whole exchange, retries included; at most 60000',
    }),
  },
} satisfies OptionTable<CommonOptions>;

/** The options of the module itself. */
export const EXTRAS = {
  isGlobal: option({
    ...flag,
    default: true,
    description: '`false`: import the module once, and re-export it from that module for others',
  }),
  dataSource: option<string | undefined>({
    default: undefined,
    description: 'the name of your TypeORM DataSource',
    must: 'the name of a DataSource',
    read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  }),
  routes: option<{ path: string } | false>({
    default: { path: 'wechat' },
    description: 'where the login routes are, or `false` for none',
    must: "{ path: '…' } or false",
    read: (value) => {
      if (value === false) return false;
      return isRecord(value) && typeof value.path === 'string' ? { path: value.path } : undefined;
    },
  }),
  loginHook: option<Type<WechatLoginHook> | undefined>({
    default: undefined,
    description: 'a class of yours that is called at each login, in its transaction',
    must: 'a class with a method onLogin',
    read: (value) => (isHook(value) ? value : undefined),
  }),
} satisfies OptionTable<WechatAuthModuleExtras>;

function isHook(value: unknown): value is Type<WechatLoginHook> {
  const prototype: unknown = typeof value === 'function' ? value.prototype : undefined;
  return isRecord(prototype) && typeof prototype.onLogin === 'function';
}
