import type { ExecutionContext } from '@nestjs/common';
import type { WxSession } from '../sessions/wx-session.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { carrierOf } from './carrier.js';

/** What the guard learnt of a request it let in. */
export interface Admission {
  readonly session: WxSession;
  /** Reads the user when a handler asks, once. */
  readonly user: () => Promise<WechatUser>;
}

/** Messages that can carry nothing share their client, and these had different sessions. */
const AMBIGUOUS = Symbol('ambiguous');

/** Constructs nothing: a subclass puts its private fields on the object given. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Nothing else does that.
class Given {
  constructor(object: object) {
    return object;
  }
}

/**
 * A call that was let in. The field is on the call itself, so that it is gone with it and, being
 * private, shows in no dump of it; an entry of a WeakMap would cost the collector more than
 * the rest of the guard.
 */
class AdmittedCall extends Given {
  #admission: Admission | typeof AMBIGUOUS;

  private constructor(call: object, admission: Admission | typeof AMBIGUOUS) {
    super(call);
    this.#admission = admission;
  }

  static get(call: object): Admission | typeof AMBIGUOUS | undefined {
    return #admission in call ? call.#admission : undefined;
  }

  static set(call: object, admission: Admission | typeof AMBIGUOUS): void {
    if (#admission in call) call.#admission = admission;
    else new AdmittedCall(call, admission);
  }
}

/** What is one call's alone: a WebSocket client may have several messages under way. */
function callOf(context: ExecutionContext): object {
  const message: unknown = context.getType() === 'ws' ? context.switchToWs().getData() : undefined;
  return typeof message === 'object' && message !== null ? message : carrierOf(context);
}

export function admit(context: ExecutionContext, admission: Admission): void {
  const call = callOf(context);
  const before = AdmittedCall.get(call);
  const isAmbiguous =
    context.getType() === 'ws' &&
    before !== undefined &&
    (before === AMBIGUOUS || before.session.id !== admission.session.id);
  AdmittedCall.set(call, isAmbiguous ? AMBIGUOUS : admission);
}

/**
 * @throws an `Error` for a fault in the wiring: no guard has let the request in, or the messages of
 * a WebSocket client that are no objects had different sessions.
 */
export function admissionOf(context: ExecutionContext): Admission {
  const admission = AdmittedCall.get(callOf(context));
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
