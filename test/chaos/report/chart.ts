/** A line chart, an image beside the page. */
export interface Chart {
  /** Of the file, without its folder. */
  readonly file: string;
  readonly title: string;
  readonly unit: string;
  readonly minutes: number;
  /** Evenly spaced. */
  readonly values: readonly number[];
}

const [WIDTH, HEIGHT] = [720, 240];
/** Room for the title and for the numbers of both axes. */
const PLOT = { left: 60, right: 20, top: 40, bottom: 40 };

/** In Markdown. */
export const imageOf = ({ file, title, unit }: Chart): string => `![${title}, ${unit}](${file})`;

/** As SVG, which GitHub and the docs site show alike. */
export function svgOf({ title, unit, minutes, values }: Chart): string {
  const top = Math.max(...values, 1) * 1.2;
  const [width, height] = [WIDTH - PLOT.left - PLOT.right, HEIGHT - PLOT.top - PLOT.bottom];
  const x = (share: number): string => (PLOT.left + share * width).toFixed(1);
  const y = (value: number): string => (PLOT.top + (1 - value / top) * height).toFixed(1);
  const points = values.map((value, i) => `${x(i / Math.max(values.length - 1, 1))},${y(value)}`);
  const lines = [0, 0.5, 1].map(
    (share) => `<path class="axis" d="M${x(0)} ${y(share * top)}H${x(1)}"/>
<text x="${String(PLOT.left - 8)}" y="${y(share * top)}" text-anchor="end" dy="4">${(share * top).toFixed(0)}</text>
<text x="${x(share)}" y="${String(HEIGHT - 16)}" text-anchor="middle">${(share * minutes).toFixed(0)} min</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img">
<title>${title}, ${unit}</title>
<style>text{font:12px sans-serif;fill:#333}.axis{stroke:#ccc}.line{stroke:#0b6e4f;stroke-width:2;fill:none}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${String(PLOT.left)}" y="20">${title}, ${unit}</text>
${lines.join('\n')}
<polyline class="line" points="${points.join(' ')}"/>
</svg>
`;
}
