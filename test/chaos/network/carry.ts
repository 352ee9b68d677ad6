import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Forwards the traffic of one side to the other, or disturbs it like a bad network. */
export interface Carry {
  readonly bytes: (chunk: Buffer, to: Socket) => void;
  /** The other side has disconnected. */
  readonly end: (to: Socket) => void;
}

export const straight: Carry = {
  bytes: (chunk, to) => to.write(chunk),
  end: (to) => to.destroy(),
};

/** Nothing arrives, now or later. */
export const swallow: Carry = { bytes: () => undefined, end: () => undefined };

/** Everything arrives in order, but later. */
export const late = (ms: number): Carry => ({
  bytes: (chunk, to) => setTimeout(straight.bytes, ms, chunk, to),
  end: (to) => setTimeout(straight.end, ms, to),
});

/** Everything arrives in order on each connection, mostly soon and sometimes much later. */
export const jitter = (mostMs: number): Carry =>
  inTurn(async (chunk, to) => {
    await sleep(Math.random() ** 4 * mostMs);
    straight.bytes(chunk, to);
  });

/** All data within an interval arrive in one chunk. */
export function bunched(everyMs: number): Carry {
  const bunches = new WeakMap<Socket, Buffer[]>();
  return {
    bytes: (chunk, to) => {
      const bunch = bunches.get(to);
      if (bunch !== undefined) {
        bunch.push(chunk);
        return;
      }
      const first = [chunk];
      bunches.set(to, first);
      setTimeout(() => {
        bunches.delete(to);
        to.write(Buffer.concat(first));
      }, everyMs);
    },
    end: (to) => setTimeout(straight.end, everyMs, to),
  };
}

/** A few bytes at a time. */
export const drip = (bytes: number, everyMs: number): Carry =>
  inTurn(async (chunk, to) => {
    for (let sent = 0; sent < chunk.length && !to.destroyed; sent += bytes) {
      to.write(chunk.subarray(sent, sent + bytes));
      await sleep(everyMs);
    }
  });

/** Each chunk waits for the one before it. */
function inTurn(pass: (chunk: Buffer, to: Socket) => Promise<void>): Carry {
  const tails = new WeakMap<Socket, Promise<unknown>>();
  const then = (to: Socket, work: () => unknown): void => {
    tails.set(to, (tails.get(to) ?? Promise.resolve()).then(work));
  };
  return {
    bytes: (chunk, to) => {
      then(to, () => pass(chunk, to));
    },
    end: (to) => {
      then(to, () => to.destroy());
    },
  };
}

/**
 * Nothing arrives at first. Afterwards all sent data arrive, because TCP sends them again until
 * they are acknowledged.
 */
export class BlackHole implements Carry {
  private readonly held: (() => void)[] = [];

  readonly bytes: Carry['bytes'] = (chunk, to) => {
    this.held.push(() => to.write(chunk));
  };

  readonly end: Carry['end'] = (to) => {
    this.held.push(() => {
      to.destroySoon();
    });
  };

  release(): void {
    for (const deliver of this.held.splice(0)) deliver();
  }
}
