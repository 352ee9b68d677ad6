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

/** A class of the dependency injection, or an instance. */
type Pipe = Type<PipeTransform> | PipeTransform;

/** A parameter decorator for a value, or one of its properties, sent through pipes. */
export type WxParameterDecorator<Value> = (
  property?: keyof Value | Pipe,
  ...pipes: Pipe[]
) => ParameterDecorator;

/**
 * The {@link WxSession} of a guarded handler, or one of its properties: `undefined` where
 * {@link WxOptional} let in a call without a token. Takes pipes, such as one that loads a row of your
 * own. Their metatype is `Object`, so that a global `ValidationPipe` leaves the value as it is.
 *
 * @example
 * show(@CurrentWxSession() session: WxSession) {}
 * @example
 * show(@CurrentWxSession('userId', AccountPipe) account: Account) {}
 * @throws an `Error` where {@link WxSessionGuard} did not let the call in
 * @publicApi
 */
export const CurrentWxSession: WxParameterDecorator<WxSession> = createParamDecorator(
  (property: keyof WxSession | undefined, context: ExecutionContext) =>
    partOf(guardedCallOf(context).session, property),
  [unvalidatedParameter],
);

/**
 * The {@link WechatUser} of a guarded handler, or one of its properties: read when the handler is
 * called, and `undefined` where {@link WxOptional} let in a call without a token. Takes pipes, too.
 * The request ends with `WX_SESSION_REVOKED` if the user has been removed in the meantime.
 *
 * @example
 * show(@CurrentWxUser() user: WechatUser) {}
 * @example
 * show(@CurrentWxUser('unionid') unionid: string | null) {}
 * @throws an `Error` where {@link WxSessionGuard} did not let the call in
 * @publicApi
 */
export const CurrentWxUser: WxParameterDecorator<WechatUser> = createParamDecorator(
  async (property: keyof WechatUser | undefined, context: ExecutionContext) =>
    partOf(await guardedCallOf(context).user(), property),
  [unvalidatedParameter],
);

function partOf<Value extends object>(
  value: Value | undefined,
  property: keyof Value | undefined,
): unknown {
  return property === undefined ? value : value?.[property];
}

/**
 * Lets everybody in to a handler or a controller, under a global {@link WxSessionGuard}. Of this,
 * {@link WxOptional} and {@link WxApp} the nearest one counts: on the handler, on its class, on a
 * class that it extends.
 *
 * @publicApi
 */
export const WxPublic = Reflector.createDecorator<undefined, true>({ transform: () => true });

/**
 * Lets calls in to a handler or a controller also without a token: {@link CurrentWxSession} and
 * {@link CurrentWxUser} are then `undefined`. A token that is not valid is refused as without this
 * decorator. With {@link WxApp} on the same target, or further out, a session has to be of that mini
 * program.
 *
 * @example
 * list(@CurrentWxSession('userId') userId: string | undefined) {}
 * @publicApi
 */
export const WxOptional = Reflector.createDecorator<undefined, true>({ transform: () => true });

/**
 * Lets in the sessions of one mini program alone; others are refused as `WX_SESSION_INVALID`.
 *
 * @publicApi
 */
export const WxApp = Reflector.createDecorator<string>();
