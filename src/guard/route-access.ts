import { readsUser, WxApp, WxOptional, WxPublic } from './wx-session.decorators.js';

/** Who may call a handler, according to its decorators. */
export interface RouteAccess {
  /** Any client; no token is read. */
  readonly isPublic: boolean;
  /** Any client without a token. An invalid token is refused. */
  readonly isOptional: boolean;
  /** The one mini program whose sessions are accepted; if absent, those of all. */
  readonly appid: string | undefined;
}

/** What the guard has to know about a handler. */
export interface HandlerAccess extends RouteAccess {
  /** Whether the handler reads its user, which the guard then reads together with the session. */
  readonly readsUser: boolean;
}

const CLOSED: RouteAccess = { isPublic: false, isOptional: false, appid: undefined };

/** By handler, then by class: a class may inherit a handler, and decorators do not change later. */
const known = new WeakMap<object, WeakMap<object, HandlerAccess>>();

/**
 * The nearest declaration counts: on the handler, on its class, on a class that it extends.
 * `@WxOptional()` names no app, so the next declaration may name one.
 */
export function accessOf(handler: object, type: object): HandlerAccess {
  const byType = known.get(handler) ?? new WeakMap<object, HandlerAccess>();
  let access = byType.get(type);
  if (access === undefined) {
    access = { ...declaredFor(handler, type), readsUser: readsUser(handler) };
    known.set(handler, byType.set(type, access));
  }
  return access;
}

function declaredFor(handler: object, type: object): RouteAccess {
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

/** A class and the classes that it extends, nearest first. */
export function* lineageOf(type: object): Generator<object> {
  for (let each: unknown = type; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
    yield each;
  }
}

/** The decorators of a handler or class that contradict its `@WxPublic()`. */
export const contradictionsOf = (target: object): string[] =>
  isPublic(target)
    ? [
        ...(isOptional(target) ? ['@WxOptional()'] : []),
        ...(appidOf(target) === undefined ? [] : ['@WxApp()']),
      ]
    : [];

/** What a handler or class itself declares. A contradiction counts as not public. */
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
