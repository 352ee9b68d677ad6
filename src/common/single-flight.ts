/** Work in progress, and the number of callers that wait for it. */
interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  callers: number;
}

/** Runs one piece of work at a time for each key; concurrent callers share its result. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /**
   * @param work - its signal is aborted when no caller waits any more.
   * @param signal - aborted when this caller stops waiting.
   */
  async run(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (signal?.aborted) return work(signal);
    const flight = this.flights.get(key) ?? this.start(key, work);
    flight.callers++;
    const leave = (): void => {
      if (--flight.callers > 0) return;
      // The next caller starts again.
      this.forget(key, flight);
      flight.controller.abort();
    };
    signal?.addEventListener('abort', leave);
    try {
      return await flight.result;
    } finally {
      signal?.removeEventListener('abort', leave);
      this.forget(key, flight);
    }
  }

  private start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight = { result: work(controller.signal), controller, callers: 0 };
    this.flights.set(key, flight);
    return flight;
  }

  private forget(key: string, flight: Flight<T>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}
