import { WxApp, WxPublic } from './wx-session.decorators.js';

/** Who may call a handler, as the decorators say it. */
export interface RouteAccess {
  readonly isPublic: boolean;
  /** The one mini program whose sessions are let in; all of them where absent. */
  readonly appid: string | undefined;
}

const CLOSED: RouteAccess = { isPublic: false, appid: undefined };

/** The nearest declaration counts: on the handler, on its class, on a class that it extends. */
export function accessOf(handler: object, type: object): RouteAccess {
  const onHandler = declaredOn(handler);
  if (onHandler !== undefined) return onHandler;
  for (const each of lineageOf(type)) {
    const onClass = declaredOn(each);
    if (onClass !== undefined) return onClass;
  }
  return CLOSED;
}

/** A class, and the classes that it extends, the nearest first. */
export function* lineageOf(type: object): Generator<object> {
  for (let each: unknown = type; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
    yield each;
  }
}

/** Whether a handler or a class is open to everybody and tied to one app at once. */
export const contradictsItself = (target: object): boolean =>
  isPublic(target) && appidOf(target) !== undefined;

/** What stands on a handler or a class itself; a contradiction closes it. */
function declaredOn(target: object): RouteAccess | undefined {
  const appid = appidOf(target);
  if (appid !== undefined) return { isPublic: false, appid };
  return isPublic(target) ? { isPublic: true, appid } : undefined;
}

const isPublic = (target: object): boolean => Reflect.hasOwnMetadata(WxPublic.KEY, target);

const appidOf = (target: object): string | undefined =>
  Reflect.getOwnMetadata(WxApp.KEY, target) as string | undefined;
