/** Counts by name. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Such as `3 × ECONNRESET`, the most frequent first. */
  get lines(): string[] {
    return [...this.counts]
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `${String(count)} × ${name}`);
  }
}
