import { pause } from './call-wx.js';
import type { WxSessionError } from './wx-session.error.js';

/**
 * Attempts, and attempts again where the server says so: once after `retry`, once after `relogin`.
 * Only an answer is followed: where none came, the app knows better whether to ask again.
 */
export async function following<T>(
  maxRetryAfter: number,
  attempt: () => Promise<T>,
  relogin?: (refusal: WxSessionError) => unknown,
): Promise<T> {
  const followed = new Set<string>();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const refusal = error as WxSessionError;
      const { action, statusCode, retryAfter = 1 } = refusal;
      if (statusCode === undefined || followed.has(action)) throw error;
      followed.add(action);
      if (action === 'retry') await pause(Math.min(retryAfter, maxRetryAfter));
      else if (action === 'relogin' && statusCode === 401 && relogin) await relogin(refusal);
      else throw error;
    }
  }
}
