import {
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { unvalidatedParameter } from '../common/unvalidated-parameter.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import type { WxSession } from '../sessions/wx-session.js';
import { guardedCallOf } from './guarded-call.js';

/** An injectable class, or an instance. */
type Pipe = Type<PipeTransform> | PipeTransform;

/** A parameter decorator for a value or one of its properties, with pipes. */
export type WxParameterDecorator<Value> = (
  property?: keyof Value | Pipe,
  ...pipes: Pipe[]
) => ParameterDecorator;

/**
 * The {@link WxSession} of a guarded handler, or one of its properties: `undefined` for a call
 * without a token under {@link WxOptional}. Accepts pipes, for example one that loads a row of your
 * own table. Their metatype is `Object`, so a global `ValidationPipe` does not change the value.
 *
 * @example
 * show(@CurrentWxSession() session: WxSession) {}
 * @example
 * show(@CurrentWxSession('userId', AccountPipe) account: Account) {}
 * @throws an `Error` if the handler has no {@link WxSessionGuard} or is public
 * @publicApi
 */
export const CurrentWxSession: WxParameterDecorator<WxSession> = createParamDecorator(
  (property: keyof WxSession | undefined, context: ExecutionContext) =>
    partOf(guardedCallOf(context).session, property),
  [unvalidatedParameter],
);

const READS_USER = Symbol('nestjs-wechat-auth:reads-user');

/** Marks the handler of a parameter. */
const marksUser: ParameterDecorator = (target, method) => {
  const handler: unknown = method === undefined ? undefined : Reflect.get(target, method);
  if (typeof handler === 'function') Reflect.defineMetadata(READS_USER, true, handler);
};

/** Whether a handler has a parameter with {@link CurrentWxUser}. */
export const readsUser = (handler: object): boolean => Reflect.hasOwnMetadata(READS_USER, handler);

/**
 * The {@link WechatUser} of a guarded handler, or one of its properties: read from Postgres for each
 * call, in the query that checks its session, and `undefined` for a call without a token under
 * {@link WxOptional}. Accepts pipes.
 *
 * @example
 * show(@CurrentWxUser() user: WechatUser) {}
 * @example
 * show(@CurrentWxUser('unionid') unionid: string | null) {}
 * @throws an `Error` if the handler has no {@link WxSessionGuard} or is public
 * @publicApi
 */
export const CurrentWxUser: WxParameterDecorator<WechatUser> = createParamDecorator(
  async (property: keyof WechatUser | undefined, context: ExecutionContext) =>
    partOf(await guardedCallOf(context).user(), property),
  [unvalidatedParameter, marksUser],
);

function partOf<Value extends object>(
  value: Value | undefined,
  property: keyof Value | undefined,
): unknown {
  return property === undefined ? value : value?.[property];
}

/**
 * Opens a handler or a controller to all clients under a global {@link WxSessionGuard}; no token is
 * read. Of this, {@link WxOptional} and {@link WxApp} the nearest one counts: on the handler, on its
 * class, on a class that it extends.
 *
 * @example
 * \@WxPublic()
 * \@Get('health')
 * health() {
 *   return 'ok';
 * }
 * @publicApi
 */
export const WxPublic = Reflector.createDecorator<undefined, true>({ transform: () => true });

/**
 * Allows calls without a token to a handler or a controller: {@link CurrentWxSession} and
 * {@link CurrentWxUser} are then `undefined`. An invalid token is still refused. With {@link WxApp}
 * on the same target or further out, a session must be of that mini program.
 *
 * @example
 * \@WxOptional()
 * \@Get()
 * list(@CurrentWxSession('userId') userId: string | undefined) {}
 * @publicApi
 */
export const WxOptional = Reflector.createDecorator<undefined, true>({ transform: () => true });

/**
 * Accepts only the sessions of one mini program; others are refused as `WX_SESSION_INVALID`. The
 * argument is the appid.
 *
 * @example
 * \@WxApp('wx1234567890abcdef')
 * \@Controller('merchant')
 * class MerchantController {}
 * @publicApi
 */
export const WxApp = Reflector.createDecorator<string>();
