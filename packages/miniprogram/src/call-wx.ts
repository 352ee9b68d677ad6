import { WxSessionError, type WxClientErrorCode } from './wx-session.error.js';
import type { WxCallbacks } from './wx-like.js';

// Besides `wx`, the client uses only these globals.
declare function setTimeout(callback: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;

export const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });

/** Ends the task that a call of `wx` returned; not every platform returns one. */
export const abortTask = (task: unknown): void => {
  (task as { abort?: () => void } | undefined)?.abort?.();
};

interface CallOptions {
  /** For the message of an error. */
  name: string;
  errorCode: WxClientErrorCode;
  /** In milliseconds; a call without a callback fails after that. */
  timeout: number;
  /** Receives what the call returned. */
  onTask?: (task: unknown) => void;
}

/** A call of `wx` as a promise. */
export async function callWx<Result>(
  call: (callbacks: WxCallbacks<Result>) => unknown,
  { name, errorCode, timeout, onTask }: CallOptions,
): Promise<Result> {
  let timer: unknown;
  try {
    return await new Promise<Result>((success, fail) => {
      const task = call({ success, fail });
      timer = setTimeout(() => {
        fail(new Error(`no answer within ${timeout} ms`));
        abortTask(task);
      }, timeout);
      // Some replacements of `wx` also return a promise, whose rejection must be handled.
      Promise.resolve(task).catch(fail);
      if (onTask) onTask(task);
    });
  } catch (reason) {
    const { errMsg, message } = Object(reason) as Record<string, unknown>;
    throw new WxSessionError(errorCode, 'retry', `${name} failed: ${String(errMsg ?? message)}`);
  } finally {
    clearTimeout(timer);
  }
}
