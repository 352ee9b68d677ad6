/** A part of the run, as the page has it. */
export interface Section {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  /** Whatever is not as it has to be: one is enough to fail the run. */
  readonly problems: readonly string[];
}
