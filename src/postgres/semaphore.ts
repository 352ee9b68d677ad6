/** Limits the number of concurrent holders; the others wait in order. */
export class Semaphore {
  private held = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param size - asked each time, as it may change. */
  constructor(private readonly size: () => number) {}

  /** Waits for a place. @param signal - stops the wait. */
  acquire(signal: AbortSignal): Promise<void> {
    if (this.held < this.size()) {
      this.held++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(enter);
    });
  }

  release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.held--;
    else next();
  }
}
