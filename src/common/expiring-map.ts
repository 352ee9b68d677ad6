import { BoundedMap } from './bounded-map.js';

interface Entry<V> {
  readonly value: V;
  /** Milliseconds of `performance.now()`, which no change of the clock moves. */
  readonly expiresAt: number;
}

/** A bounded map that forgets each entry after a time. */
export class ExpiringMap<K, V> {
  private readonly entries: BoundedMap<K, Entry<V>>;

  /** @param ms - how long an entry is kept. */
  constructor(
    max: number,
    private readonly ms: number,
  ) {
    this.entries = new BoundedMap(max);
  }

  get(key: K): V | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && performance.now() < entry.expiresAt ? entry.value : undefined;
  }

  /** @param from - when its time starts, in milliseconds of `performance.now()`. */
  set(key: K, value: V, from = performance.now()): void {
    // Set again, an entry is a new one: it must not be the next to be forgotten.
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAt: from + this.ms });
  }

  delete(key: K): void {
    this.entries.delete(key);
  }
}
