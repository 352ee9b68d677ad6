import type { ArgumentsHost } from '@nestjs/common';
import type { WxSession } from '../sessions/wx-session.js';
import { knownCallOf } from './guarded-call.js';

/**
 * Returns the session of a call that {@link WxSessionGuard} allowed, for code that runs after the
 * guard: other guards, throttlers, interceptors, exception filters, loggers. It queries no database
 * and never throws.
 *
 * @param contextOrRequest - the context of any transport; over HTTP also the request of Express or
 * Fastify, or Node's own, which middleware and loggers have. Over GraphQL, pass the context: several
 * fields share one request, and each has a session of its own.
 * @returns the session, or `undefined` before the guard has run, in a public handler, after a
 * refusal, and for a call without a token under `@WxOptional()`. Code that needs a session must
 * refuse such a call.
 *
 * @example
 * class UserThrottlerGuard extends ThrottlerGuard {
 *   protected override async getTracker(request: Record<string, unknown>): Promise<string> {
 *     return wxSessionOf(request)?.userId ?? super.getTracker(request);
 *   }
 * }
 * @publicApi
 */
export function wxSessionOf(contextOrRequest: ArgumentsHost | object): WxSession | undefined {
  return knownCallOf(contextOrRequest)?.session;
}
