import type { ExecutionContext } from '@nestjs/common';
import type { WxSession } from '../sessions/wx-session.js';
import type { WechatUser } from '../users/wechat-user.entity.js';
import { carrierOf } from './carrier.js';

/** What the guard learnt of a request it let in. */
export interface Admission {
  readonly session: WxSession;
  /** Reads the user when a handler asks, once. */
  readonly user: () => Promise<WechatUser>;
}

/** Messages that can carry nothing share their client, and these had different sessions. */
const AMBIGUOUS = Symbol('ambiguous');

// Weak, so that it is gone with the request and shows in no dump of it.
const admissions = new WeakMap<object, Admission | typeof AMBIGUOUS>();

/** What is one call's alone: a WebSocket client may have several messages under way. */
function callOf(context: ExecutionContext): object {
  const message: unknown = context.getType() === 'ws' ? context.switchToWs().getData() : undefined;
  return typeof message === 'object' && message !== null ? message : carrierOf(context);
}

export function admit(context: ExecutionContext, admission: Admission): void {
  const call = callOf(context);
  const before = admissions.get(call);
  const isAmbiguous =
    context.getType() === 'ws' &&
    before !== undefined &&
    (before === AMBIGUOUS || before.session.id !== admission.session.id);
  admissions.set(call, isAmbiguous ? AMBIGUOUS : admission);
}

/**
 * @throws an `Error` for a fault in the wiring: no guard has let the request in, or the messages of
 * a WebSocket client that are no objects had different sessions.
 */
export function admissionOf(context: ExecutionContext): Admission {
  const admission = admissions.get(callOf(context));
  if (admission === AMBIGUOUS) {
    throw new Error(
      'The messages of one WebSocket client had different sessions, and text cannot be told apart: send objects, or take the token from the connection.',
    );
  }
  if (admission === undefined) {
    throw new Error(
      `${context.getClass().name}.${context.getHandler().name} asks for the WeChat user or session, but WxSessionGuard did not run: add @UseGuards(WxSessionGuard), and no @WxPublic().`,
    );
  }
  return admission;
}
