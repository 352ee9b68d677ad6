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

const publicRoute = Reflector.createDecorator<true>();

/**
 * Lets everybody in to a handler or a controller, under a global {@link WxSessionGuard}. A handler
 * with {@link WxApp} stays closed in an open controller.
 */
export const WxPublic = (): ClassDecorator & MethodDecorator => publicRoute(true);

/** Lets in the sessions of one mini program alone; others are refused as `WX_SESSION_INVALID`. */
export const WxApp = Reflector.createDecorator<string>();

/** What the decorators say of a handler; the handler's own count before those of its class. */
export function routeOptionsOf(
  reflector: Reflector,
  context: ExecutionContext,
): { isPublic: boolean; appid: string | undefined } {
  const [handler, controller] = [context.getHandler(), context.getClass()];
  const own = reflector.get<string | undefined>(WxApp, handler);
  const isPublic =
    reflector.get<true | undefined>(publicRoute, handler) ??
    (own === undefined && reflector.get<true | undefined>(publicRoute, controller));
  return {
    isPublic: isPublic ?? false,
    appid: own ?? reflector.get<string | undefined>(WxApp, controller),
  };
}
