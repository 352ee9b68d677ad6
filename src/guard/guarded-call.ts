import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import { isObject } from '../common/is-object.js';
import { privateField } from '../common/private-field.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import type { WxSession } from '../sessions/wx-session.js';
import { callOfRequest } from './transports/http.transport.js';
import { transportOf } from './transports/transports.js';

/** What the guard knows of a call that it let in. */
export interface GuardedCall {
  /** Absent where `@WxOptional()` let in a call without a token. */
  readonly session: WxSession | undefined;
  /** Reads the user when a handler asks for it, once; `undefined` without a session. */
  readonly user: () => Promise<WechatUser | undefined>;
}

/** What is stored on the object of a call. */
interface Stored {
  /** Absent after a refusal and in a public handler. */
  readonly guarded?: GuardedCall | undefined;
  /** Of a shared object: the one session that its calls have had, or an empty string for none. */
  readonly sharedId?: string | undefined;
  /** Calls on a shared object have had different sessions: which one is whose cannot be told. */
  readonly isAmbiguous?: boolean;
}

const stored = privateField<Stored>();

const storedFor = (context: ArgumentsHost): Stored | undefined =>
  stored.get(transportOf(context).callOf(context));

/** Keeps `guarded` for the handler and all that runs before and after it. */
export function setGuardedCall(context: ExecutionContext, guarded: GuardedCall): void {
  const { callOf, isShared } = transportOf(context);
  stored.set(
    callOf(context),
    isShared?.(context) === true ? sharedBy(guarded, storedFor(context)) : { guarded },
  );
}

function sharedBy(guarded: GuardedCall, before: Stored = {}): Stored {
  const id = guarded.session?.id ?? '';
  const { sharedId = id, isAmbiguous = false } = before;
  return isAmbiguous || sharedId !== id ? { isAmbiguous: true } : { guarded, sharedId };
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

/** What is known of a context or a request, if anything. */
export function knownCallOf(contextOrRequest: ArgumentsHost | object): GuardedCall | undefined {
  if (isHost(contextOrRequest)) return storedFor(contextOrRequest)?.guarded;
  const { guarded, sharedId } = stored.get(callOfRequest(contextOrRequest)) ?? {};
  // A shared object does not tell which of its calls is meant.
  return sharedId === undefined ? guarded : undefined;
}

const isHost = (value: unknown): value is ArgumentsHost =>
  isObject(value) && 'getType' in value && 'getArgByIndex' in value;
