import { abortable } from './abortable.js';
import type { ClientSession } from './client-session.js';
import { refusalIn, type AnyAnswer } from './refusal.js';
import { isIdempotent, replaying, SESSION_REFUSED } from './replay.js';
import { send, type Sent, type Transport } from './send.js';
import type { Settings } from './settings.js';
import type { SendOptions, WxTask } from './wx-session.types.js';

const CALLBACKS = ['success', 'fail', 'complete'];

/** The request of a page. */
type RequestInput = Sent & SendOptions;

/** Sends one request of a page with the session. */
export function request<Answer extends AnyAnswer>(
  transport: Transport,
  input: RequestInput,
  settings: Settings,
  sessions: ClientSession,
): WxTask<Answer> {
  const { platform, urlOf, maxRetryAfter } = settings;
  return abortable(async (control) => {
    if (CALLBACKS.some((name) => input[name])) {
      throw new TypeError('Use the promise: success, fail and complete are not called.');
    }
    const { method, replay = transport !== 'uploadFile' && isIdempotent(method) } = input;
    const sent = Object.assign({}, input, { url: urlOf(input.url) });
    // Only for this client.
    delete sent.replay;
    delete sent.onTask;
    const use = await sessions.begin();
    const { answer, refusal } = await replaying({
      attempt: async () => {
        control.throwIfAborted();
        const answer = await send<Answer>(platform(), transport, {
          request: sent,
          token: use.session?.token,
          onTask: (task) => {
            control.task = task;
            input.onTask?.(task);
          },
        });
        return { answer, refusal: refusalIn(answer, settings) };
      },
      repeatable: replay,
      maxRetryAfter,
      refused: SESSION_REFUSED,
      relogin: (reason) => sessions.renew(use, reason !== undefined),
    });
    if (refusal) throw refusal;
    if (answer.statusCode !== 401) sessions.trust(use);
    return answer;
  });
}
