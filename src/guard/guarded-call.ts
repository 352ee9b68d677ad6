import type { ExecutionContext } from '@nestjs/common';
import { privateField } from '../common/private-field.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import type { WxSession } from '../sessions/wx-session.js';
import { transportOf } from './transports/transports.js';

/** What the guard knows of a call that it let in. */
export interface GuardedCall {
  readonly session: WxSession;
  /** Reads the user when a handler asks for it, once. */
  readonly user: () => Promise<WechatUser>;
}

/** What is stored on the object of a call. */
interface Stored {
  /** Absent after a refusal and in a public handler. */
  readonly guarded?: GuardedCall | undefined;
  /** The one session that calls on a shared object have had. */
  readonly sessionId?: string | undefined;
  /** Calls on a shared object have had different sessions: which one is whose cannot be told. */
  readonly isAmbiguous?: boolean;
}

const stored = privateField<Stored>();

const storedFor = (context: ExecutionContext): Stored | undefined =>
  stored.get(transportOf(context).callOf(context));

/** Keeps `guarded` for the handler and all that runs before and after it. */
export function setGuardedCall(context: ExecutionContext, guarded: GuardedCall): void {
  const { callOf, isShared } = transportOf(context);
  const before = isShared?.(context) === true ? storedFor(context) : undefined;
  const { sessionId = guarded.session.id, isAmbiguous = false } = before ?? {};
  stored.set(
    callOf(context),
    isAmbiguous || sessionId !== guarded.session.id
      ? { isAmbiguous: true }
      : { guarded, sessionId },
  );
}

/** An object may have served another call before, whose session is not that of this one. */
export function clearGuardedCall(context: ExecutionContext): void {
  const before = storedFor(context);
  if (before === undefined) return;
  stored.set(transportOf(context).callOf(context), { ...before, guarded: undefined });
}

/**
 * @throws an `Error` for a fault in the wiring: the guard has not let this call in, or text messages
 * of one WebSocket client had different sessions.
 */
export function guardedCallOf(context: ExecutionContext): GuardedCall {
  const { guarded, isAmbiguous = false } = storedFor(context) ?? {};
  if (guarded !== undefined) return guarded;
  throw new Error(
    isAmbiguous
      ? 'The messages of one WebSocket client had different sessions, and text messages cannot be told apart: send objects, or take the token from the connection.'
      : `${context.getClass().name}.${context.getHandler().name} asks for the WeChat user or session, but WxSessionGuard did not let this call in: add @UseGuards(WxSessionGuard), and no @WxPublic().`,
  );
}
