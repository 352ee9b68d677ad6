import { pause } from './call-wx.js';
import type { AnyAnswer } from './refusal.js';
import type { WxSessionError } from './wx-session.error.js';

/** How one try ended: with an answer, which may be a refusal. */
export interface Outcome<Answer> {
  answer: Answer;
  refusal: WxSessionError | undefined;
}

export interface Replayable<Answer> {
  attempt: () => Promise<Outcome<Answer>>;
  /** Whether it may be sent again although the server may have acted on it. */
  repeatable: boolean;
  /** In seconds. */
  maxRetryAfter: number;
  /** The error codes that a new login helps against. */
  refused: RegExp;
  /** Takes the place of the refused session. @returns false where that is not possible */
  relogin: (refusal: WxSessionError | undefined) => boolean | Promise<boolean>;
}

/** With these the guard refuses a request, before its handler runs. */
export const SESSION_REFUSED = /^WX_SESSION_(MISSING|INVALID|EXPIRED|REVOKED)$/;

/** With these the login route refuses a code. */
export const CODE_REFUSED = /^WX_CODE_(INVALID|USED)$/;

/** The methods that do the same, however often they are sent (RFC 9110 section 9.2.2). */
export const isIdempotent = (method = 'GET'): boolean =>
  /^(GET|HEAD|OPTIONS|PUT|DELETE)$/i.test(method);

/**
 * The one place that decides whether a request is sent again: once after a new login, and once
 * after a wait. Only an answer leads to that: where none came, the app knows better.
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
      // A 401 of somebody else may have come after the handler ran.
      if (refusal || repeatable) continue;
    }
    return outcome;
  }
}
