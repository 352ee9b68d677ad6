import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { accessOf } from '../route-access.js';
import { WxSessionGuard } from '../wx-session.guard.js';
import type { Handler } from './handlers.js';

/** Whether `guard` is `WxSessionGuard` or extends it, as a class or an instance. */
export const isSessionGuard = (guard: unknown): boolean =>
  guard instanceof WxSessionGuard ||
  guard === WxSessionGuard ||
  (typeof guard === 'function' && guard.prototype instanceof WxSessionGuard);

/** Whether only a global guard can protect a handler that is not public. */
export const needsGlobalGuard = ({ method, type }: Handler): boolean =>
  !accessOf(method, type).isPublic && ![method, type].some(hasSessionGuard);

function hasSessionGuard(target: object): boolean {
  const guards = Reflect.getMetadata(GUARDS_METADATA, target) as readonly unknown[] | undefined;
  return guards?.some(isSessionGuard) ?? false;
}
