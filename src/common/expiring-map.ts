import { BoundedMap } from './bounded-map.js';

interface Entry<V> {
  readonly value: V;
  /** Milliseconds of `performance.now()`, which clock changes do not affect. */
  readonly expiresAt: number;
}

/** A bounded map that deletes each entry after a time. */
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
    // An entry that is set again counts as new, not as the oldest.
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAt: from + this.ms });
  }

  delete(key: K): void {
    this.entries.delete(key);
  }
}
