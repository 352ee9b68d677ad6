/** Limits the number of concurrent holders; the others wait in order. */
export class Semaphore {
  private held = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param size - asked each time, as it may change. */
  constructor(private readonly size: () => number) {}

  /**
   * Calls `enter` when there is a place: at once if one is free.
   * @returns a function that stops the wait.
   */
  acquire(enter: () => void): () => void {
    if (this.held < this.size()) {
      this.held++;
      enter();
    } else {
      this.waiting.push(enter);
    }
    return () => {
      const place = this.waiting.indexOf(enter);
      if (place >= 0) this.waiting.splice(place, 1);
    };
  }

  release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.held--;
    else next();
  }
}
