import { WechatAuthError } from '../errors/wechat-auth.error.js';

/**
 * How many calls to WeChat are under way at once, and with them how many connections there are: a
 * process has few descriptors, and each incoming request needs one as well. At 100 ms for a call
 * this is enough for 1,000 logins a second.
 */
export const MAX_CALLS = 100;

/** How many more calls wait for their turn. */
export const MAX_WAITING = 1000;

/** Lets {@link MAX_CALLS} calls run at a time and {@link MAX_WAITING} wait, first come first served. */
export class CallQueue {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  /**
   * @param signal - a call that still waits when it is aborted does not run.
   * @throws {@link WechatAuthError} `WX_BUSY` where the call does not run
   */
  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw new WechatAuthError('WX_BUSY');
    if (this.running < MAX_CALLS) this.running++;
    else await this.turn(signal);
    try {
      return await call();
    } finally {
      this.next();
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.delete(begin);
        reject(new WechatAuthError('WX_BUSY'));
      };
      if (this.waiting.size >= MAX_WAITING) {
        leave();
        return;
      }
      this.waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Hands the place of a call that has ended to the one that has waited longest. */
  private next(): void {
    const [begin] = this.waiting;
    if (begin === undefined) {
      this.running--;
    } else {
      this.waiting.delete(begin);
      begin();
    }
  }
}
