import { pause } from './call-wx.js';
import type { AnyAnswer } from './refusal.js';
import type { WxSessionError } from './wx-session.error.js';

/** The result of one try: a response, which may be a refusal. */
export interface Outcome<Answer> {
  answer: Answer;
  refusal: WxSessionError | undefined;
}

export interface Replayable<Answer> {
  attempt: () => Promise<Outcome<Answer>>;
  /** Whether the request may be sent again although the server may have processed it. */
  repeatable: boolean;
  /** In seconds. */
  maxRetryAfter: number;
  /** The error codes after which a new login helps. */
  refused: RegExp;
  /** Replaces the refused session. @returns false if that is not possible */
  relogin: (refusal: WxSessionError | undefined) => boolean | Promise<boolean>;
}

/** The guard refuses a request with these before its handler runs. */
export const SESSION_REFUSED = /^WX_SESSION_(MISSING|INVALID|EXPIRED|REVOKED)$/;

/** The login route refuses a code with these. */
export const CODE_REFUSED = /^WX_CODE_(INVALID|USED)$/;

/** The idempotent methods (RFC 9110 section 9.2.2). */
export const isIdempotent = (method = 'GET'): boolean =>
  /^(GET|HEAD|OPTIONS|PUT|DELETE)$/i.test(method);

/**
 * Decides whether a request is sent again: once after a new login, and once after a wait. Only after
 * a response: without one, the app must decide.
 */
export async function replaying<Answer extends AnyAnswer>(
  replayable: Replayable<Answer>,
): Promise<Outcome<Answer>> {
  const { attempt, repeatable, maxRetryAfter, refused, relogin } = replayable;
  let retries = 1;
  let logins = 1;
  for (;;) {
    const outcome = await attempt();
    const { answer, refusal } = outcome;
    const { action, errorCode = '', retryAfter = 1 } = refusal ?? {};
    if (action === 'retry' && repeatable && retryAfter <= maxRetryAfter && retries-- > 0) {
      await pause(retryAfter);
      continue;
    }
    const isRefused = refusal ? refused.test(errorCode) : answer.statusCode === 401;
    if (isRefused && logins-- > 0 && (await relogin(refusal))) {
      // A foreign 401 may have been sent after the handler ran.
      if (refusal || repeatable) continue;
    }
    return outcome;
  }
}
