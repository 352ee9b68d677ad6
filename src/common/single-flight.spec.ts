import { describe, expect, it } from '@jest/globals';
import { SingleFlight } from './single-flight.js';

/** Work that the test ends, or that is aborted. */
class Work {
  readonly signals: AbortSignal[] = [];
  private readonly ends: ((result: string) => void)[] = [];

  readonly run = (signal: AbortSignal): Promise<string> => {
    this.signals.push(signal);
    if (signal.aborted) return Promise.reject(new Error('aborted'));
    return new Promise((resolve, reject) => {
      this.ends.push(resolve);
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  };

  end(result: string): void {
    for (const end of this.ends.splice(0)) end(result);
  }
}

describe('SingleFlight', () => {
  it('runs work once for the callers of one key, and once for each key', async () => {
    const [flight, work] = [new SingleFlight<string>(), new Work()];
    const results = Promise.all(['a', 'b', 'a'].map((key) => flight.run(key, work.run)));
    work.end('done');
    expect(await results).toEqual(['done', 'done', 'done']);
    expect(work.signals).toHaveLength(2);
  });

  it('runs it again after it has ended, also after a failure', async () => {
    const flight = new SingleFlight<string>();
    await expect(flight.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await flight.run('a', () => Promise.resolve('yes'))).toBe('yes');
  });

  it('aborts work that no caller waits for any more', async () => {
    const [flight, work] = [new SingleFlight<string>(), new Work()];
    const [first, second] = [new AbortController(), new AbortController()];
    const results = [first, second].map(({ signal }) => flight.run('a', work.run, signal));
    const failures = Promise.allSettled(results);
    first.abort();
    expect(work.signals[0]?.aborted).toBe(false);
    second.abort();
    expect(work.signals[0]?.aborted).toBe(true);
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('does not abort work that a caller without a signal waits for', async () => {
    const [flight, work] = [new SingleFlight<string>(), new Work()];
    const controller = new AbortController();
    const results = [
      flight.run('a', work.run, controller.signal),
      flight.run('a', work.run),
    ] as const;
    controller.abort();
    expect(work.signals[0]?.aborted).toBe(false);
    work.end('done');
    expect(await Promise.all(results)).toEqual(['done', 'done']);
  });

  it('does not share aborted work with a new caller', async () => {
    const [flight, work] = [new SingleFlight<string>(), new Work()];
    const controller = new AbortController();
    const aborted = flight.run('a', work.run, controller.signal);
    controller.abort();
    const next = flight.run('a', work.run);
    await expect(aborted).rejects.toThrow('aborted');
    const joined = flight.run('a', work.run);
    work.end('done');
    expect(await Promise.all([next, joined])).toEqual(['done', 'done']);
    expect(work.signals).toHaveLength(2);
  });

  it('does not start work for a caller whose signal is already aborted', async () => {
    const [flight, work] = [new SingleFlight<string>(), new Work()];
    const waiting = flight.run('a', work.run);
    await expect(flight.run('a', work.run, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(work.signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    work.end('done');
    expect(await waiting).toBe('done');
  });

  it('leaves no listener on the signals of its callers', async () => {
    const [flight, { signal }] = [new SingleFlight<string>(), new AbortController()];
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    await flight.run('a', () => Promise.resolve('done'), signal);
    expect(listeners).toBe(0);
  });
});
