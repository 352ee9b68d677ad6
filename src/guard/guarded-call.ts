import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import { isObject } from '../common/is-object.js';
import { privateField } from '../common/private-field.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import type { WxSession } from '../sessions/wx-session.js';
import { callOfRequest } from './transports/http.transport.js';
import { transportOf } from './transports/transports.js';

/** What the guard knows about a call that it allowed. */
export interface GuardedCall {
  /** Absent for a call without a token under `@WxOptional()`. */
  readonly session: WxSession | undefined;
  /** Reads the user on the first call; `undefined` without a session. */
  readonly user: () => Promise<WechatUser | undefined>;
}

/** What is stored on the object of a call. */
interface Stored {
  /** Absent after a refusal and in a public handler. */
  readonly guarded?: GuardedCall | undefined;
  /** For a shared object: the session that all its calls have had; an empty string for none. */
  readonly sharedId?: string | undefined;
  /** The calls on a shared object have had different sessions, so they cannot be told apart. */
  readonly isAmbiguous?: boolean;
}

const stored = privateField<Stored>();

const storedFor = (context: ArgumentsHost): Stored | undefined =>
  stored.get(transportOf(context).callOf(context));

/** Stores `guarded` for the handler and for what runs before and after it. */
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

/** Clears what an earlier call on the same object has stored. */
export function clearGuardedCall(context: ExecutionContext): void {
  const before = storedFor(context);
  if (before === undefined) return;
  stored.set(transportOf(context).callOf(context), { ...before, guarded: undefined });
}

/**
 * @throws an `Error` for a mistake in the app: the guard has not allowed this call, or text messages
 * of one WebSocket client had different sessions.
 */
export function guardedCallOf(context: ExecutionContext): GuardedCall {
  const { guarded, isAmbiguous = false } = storedFor(context) ?? {};
  if (guarded !== undefined) return guarded;
  throw new Error(
    isAmbiguous
      ? 'The messages of one WebSocket client had different sessions, and text messages cannot be told apart: send objects, or take the token from the connection.'
      : `${context.getClass().name}.${context.getHandler().name} needs the WeChat user or session, but WxSessionGuard did not allow this call: add @UseGuards(WxSessionGuard) and remove @WxPublic().`,
  );
}

/** What the guard knows about a context or request; never throws. */
export function knownCallOf(contextOrRequest: ArgumentsHost | object): GuardedCall | undefined {
  if (isHost(contextOrRequest)) return storedFor(contextOrRequest)?.guarded;
  const { guarded, sharedId } = stored.get(callOfRequest(contextOrRequest)) ?? {};
  // For a shared object it is unclear which of its calls is meant.
  return sharedId === undefined ? guarded : undefined;
}

const isHost = (value: unknown): value is ArgumentsHost =>
  isObject(value) && 'getType' in value && 'getArgByIndex' in value;
