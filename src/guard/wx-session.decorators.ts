import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { guardedCallOf } from './guarded-call.js';

/** The {@link WxSession} of a guarded handler. */
export const CurrentWxSession = createParamDecorator(
  (_: unknown, context: ExecutionContext) => guardedCallOf(context).session,
);

/**
 * The {@link WechatUser} of a guarded handler, read when the handler is called.
 * The request ends with `WX_SESSION_REVOKED` where the user has gone in the meantime.
 */
export const CurrentWxUser = createParamDecorator((_: unknown, context: ExecutionContext) =>
  guardedCallOf(context).user(),
);

/**
 * Lets everybody in to a handler or a controller, under a global {@link WxSessionGuard}. Of this and
 * {@link WxApp} the nearest one counts: on the handler, on its class, on a class that it extends.
 */
export const WxPublic = Reflector.createDecorator<undefined, true>({ transform: () => true });

/** Lets in the sessions of one mini program alone; others are refused as `WX_SESSION_INVALID`. */
export const WxApp = Reflector.createDecorator<string>();
