/** Runs one piece of work at a time for each key: callers that come meanwhile share its result. */
export class SingleFlight<T> {
  private readonly running = new Map<string, Promise<T>>();

  run(key: string, work: () => Promise<T>): Promise<T> {
    let result = this.running.get(key);
    if (result === undefined) {
      result = work().finally(() => this.running.delete(key));
      this.running.set(key, result);
    }
    return result;
  }
}
