import { abortTask } from './call-wx.js';
import { WxSessionError } from './wx-session.error.js';
import type { WxTask } from './wx-session.types.js';

/** What a request in progress knows about its caller. */
export interface Control {
  /** What `wx` returned for the current try. */
  task: unknown;
  throwIfAborted: () => void;
}

/** A promise that its caller can abort at any time. */
export function abortable<T>(run: (control: Control) => Promise<T>): WxTask<T> {
  let error: WxSessionError | undefined;
  const control: Control = {
    task: undefined,
    throwIfAborted: () => {
      if (error) throw error;
    },
  };
  let abort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      error = new WxSessionError('WX_ABORTED', 'retry', 'The request was aborted.');
      reject(error);
      abortTask(control.task);
    };
  });
  return Object.assign(Promise.race([run(control), aborted]), { abort });
}
