import type { Spread } from '../statistics.js';

/** Three significant digits, or all digits before the point. */
export function number(value: number): string {
  const maximumFractionDigits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en-US', {
    maximumFractionDigits: Math.min(maximumFractionDigits, 3),
  });
}

/** The median, and in brackets the minimum and maximum. */
export const spread = ({ median, min, max }: Spread, unit = ''): string =>
  `${number(median)}${unit} (${number(min)} – ${number(max)})`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map(line).join('\n');
}
