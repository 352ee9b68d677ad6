import { WechatAuthError } from '../errors/wechat-auth.error.js';

/**
 * The number of concurrent calls to WeChat, and so of connections: a process has few file
 * descriptors, and each incoming request needs one too. At 100 ms for a call, this is enough for
 * 1,000 logins a second.
 */
export const MAX_CALLS = 100;

/** The number of further calls that wait. */
export const MAX_WAITING = 1000;

/** Runs at most {@link MAX_CALLS} calls at a time; {@link MAX_WAITING} more wait in order. */
export class CallQueue {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  /**
   * @param signal - removes a call that is still waiting.
   * @throws {@link WechatAuthError} `WX_BUSY` if the call did not run
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

  /** Starts the call that has waited longest in place of one that has ended. */
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
