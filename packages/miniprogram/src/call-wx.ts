import type { WxCallbacks } from './wx-like.js';
import { WxSessionError, type WxClientErrorCode } from './wx-session.error.js';

// The only things besides `wx` that the client takes from where it runs.
declare function setTimeout(callback: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;

export const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });

/** A call of `wx` as a promise. One that does not call back in time has failed. */
export async function callWx<Result>(
  errorCode: WxClientErrorCode,
  what: string,
  call: (callbacks: WxCallbacks<Result>) => unknown,
  timeout?: number,
): Promise<Result> {
  let timer: unknown;
  try {
    return await new Promise<Result>((success, fail) => {
      if (timeout !== undefined) {
        timer = setTimeout(() => {
          fail(new Error(`no answer within ${timeout} ms`));
        }, timeout);
      }
      // Some stand-ins of `wx` return a promise too, and would have its rejection go unhandled.
      Promise.resolve(call({ success, fail })).catch(fail);
    });
  } catch (reason) {
    const { errMsg, message } = Object(reason) as Record<string, unknown>;
    throw new WxSessionError(errorCode, 'retry', `${what} failed: ${String(errMsg ?? message)}`);
  } finally {
    clearTimeout(timer);
  }
}
