import { WxApp, WxOptional, WxPublic } from './wx-session.decorators.js';

/** Who may call a handler, as the decorators say it. */
export interface RouteAccess {
  /** Everybody, and no token is read. */
  readonly isPublic: boolean;
  /** Everybody without a token, but nobody with a token that is not valid. */
  readonly isOptional: boolean;
  /** The one mini program whose sessions are let in; all of them where absent. */
  readonly appid: string | undefined;
}

const CLOSED: RouteAccess = { isPublic: false, isOptional: false, appid: undefined };

/**
 * The nearest declaration counts: on the handler, on its class, on a class that it extends.
 * `@WxOptional()` alone says nothing about the app, which the next declaration may name.
 */
export function accessOf(handler: object, type: object): RouteAccess {
  let access: RouteAccess | undefined;
  for (const target of targetsOf(handler, type)) {
    const declared = declaredOn(target);
    if (declared === undefined) continue;
    access = access === undefined ? declared : { ...access, appid: declared.appid };
    if (!declared.isOptional || declared.appid !== undefined) break;
  }
  return access ?? CLOSED;
}

function* targetsOf(handler: object, type: object): Generator<object> {
  yield handler;
  yield* lineageOf(type);
}

/** A class, and the classes that it extends, the nearest first. */
export function* lineageOf(type: object): Generator<object> {
  for (let each: unknown = type; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
    yield each;
  }
}

/** The decorators of a handler or a class that its `@WxPublic()` excludes. */
export const contradictionsOf = (target: object): string[] =>
  isPublic(target)
    ? [
        ...(isOptional(target) ? ['@WxOptional()'] : []),
        ...(appidOf(target) === undefined ? [] : ['@WxApp()']),
      ]
    : [];

/** What a handler or a class declares itself; a contradiction closes it. */
function declaredOn(target: object): RouteAccess | undefined {
  const declared = {
    isPublic: isPublic(target),
    isOptional: isOptional(target),
    appid: appidOf(target),
  };
  if (!declared.isPublic && !declared.isOptional && declared.appid === undefined) return undefined;
  return contradictionsOf(target).length > 0 ? { ...CLOSED, appid: declared.appid } : declared;
}

const isPublic = (target: object): boolean => Reflect.hasOwnMetadata(WxPublic.KEY, target);

const isOptional = (target: object): boolean => Reflect.hasOwnMetadata(WxOptional.KEY, target);

const appidOf = (target: object): string | undefined =>
  Reflect.getOwnMetadata(WxApp.KEY, target) as string | undefined;
