/** What was done, and what the user has to do. */
export class Report {
  private readonly done: string[] = [];
  private readonly left: string[] = [];

  did(what: string): void {
    this.done.push(what);
  }

  leaves(what: string): void {
    this.left.push(what);
  }

  toString(): string {
    const list = (title: string, lines: readonly string[]): string =>
      lines.length === 0 ? '' : ['', title, ...lines.map((line) => `  - ${line}`)].join('\n');
    return [list('Done:', this.done), list('Left to do:', this.left), ''].join('\n');
  }
}
