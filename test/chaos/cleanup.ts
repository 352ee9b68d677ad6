type Stop = () => Promise<unknown>;

/** What must be stopped at the end in any case, the last started first. */
export class Cleanup {
  private readonly stops: Stop[] = [];

  /** Starts something, and records how to stop it. */
  async use<T extends { stop: Stop }>(started: Promise<T>): Promise<T> {
    const thing = await started;
    this.stops.push(() => thing.stop());
    return thing;
  }

  defer(stop: Stop): void {
    this.stops.push(stop);
  }

  async run(): Promise<void> {
    for (let stop = this.stops.pop(); stop !== undefined; stop = this.stops.pop()) await stop();
  }

  /** Runs `work`, and stops what it has started, also if it fails. */
  static async around<T>(work: (cleanup: Cleanup) => Promise<T>): Promise<T> {
    const cleanup = new Cleanup();
    try {
      return await work(cleanup);
    } finally {
      await cleanup.run();
    }
  }
}
