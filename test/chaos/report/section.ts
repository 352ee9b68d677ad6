import type { Chart } from './chart.js';

/** A section of the page, for a part of the run. */
export interface Section {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  /** The images in it. */
  readonly charts?: readonly Chart[];
  /** Problems; one is enough to fail the run. */
  readonly problems: readonly string[];
}
