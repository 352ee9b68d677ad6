/** A line chart, as GitHub and the docs site draw it from Markdown. @param values - evenly spaced. */
export function chart(
  title: string,
  unit: string,
  minutes: number,
  values: readonly number[],
): string {
  const top = Math.ceil(Math.max(...values, 1) * 1.2);
  return `\`\`\`mermaid
xychart-beta
  title "${title}"
  x-axis "minutes" 0 --> ${minutes.toFixed(0)}
  y-axis "${unit}" 0 --> ${String(top)}
  line [${values.map((value) => String(Math.round(value * 100) / 100)).join(', ')}]
\`\`\``;
}
