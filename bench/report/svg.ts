/** A line through points, with the range of each where there is one. */
export interface Series {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface Axis {
  readonly label: string;
  readonly isLog: boolean;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** One chart; its axes run from their first tick to their last. */
export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const [WIDTH, HEIGHT] = [440, 320];
const MARGIN = { left: 78, right: 20, top: 40, bottom: 48 };
const LEGEND = 36;
/** About as wide as a letter is, on the average. */
const LETTER = 6.5;

/** Where a value stands on an axis, from 0 to 1. */
function place({ isLog, ticks }: Axis, value: number): number {
  const scale = isLog ? Math.log10 : (v: number) => v;
  const [first, last] = [scale(ticks[0] ?? 0), scale(ticks.at(-1) ?? 1)];
  return (scale(value) - first) / (last - first);
}

const round = (value: number): string => value.toFixed(1);

function body({ title, x, y, series }: Chart): string {
  const { left, right, top, bottom } = MARGIN;
  const [innerWidth, innerHeight] = [WIDTH - left - right, HEIGHT - top - bottom];
  const atX = (value: number): string => round(left + place(x, value) * innerWidth);
  const atY = (value: number): string => round(top + (1 - place(y, value)) * innerHeight);
  const floor = HEIGHT - bottom;
  const grid = [
    ...y.ticks.map(
      (tick) =>
        `<line class="grid" x1="${String(left)}" x2="${String(WIDTH - right)}" y1="${atY(tick)}" y2="${atY(tick)}"/>` +
        `<text x="${String(left - 8)}" y="${atY(tick)}" dy="0.32em" text-anchor="end">${y.format(tick)}</text>`,
    ),
    ...x.ticks.map(
      (tick) =>
        `<line class="grid" x1="${atX(tick)}" x2="${atX(tick)}" y1="${String(top)}" y2="${String(floor)}"/>` +
        `<text x="${atX(tick)}" y="${String(floor + 18)}" text-anchor="middle">${x.format(tick)}</text>`,
    ),
  ];
  const lines = series.map(({ colour, points }, i) => {
    const path = points.map((point) => `${atX(point.x)},${atY(point.y)}`).join(' ');
    const ranges = points.map(({ x: at, y: middle, low = middle, high = middle }) => {
      return `<line x1="${atX(at)}" x2="${atX(at)}" y1="${atY(low)}" y2="${atY(high)}" stroke="${colour}"/>`;
    });
    const marks = points.map((point) => mark(i, atX(point.x), atY(point.y), colour));
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${ranges.join('')}${marks.join('')}`;
  });
  return [
    `<text class="title" x="${String(left)}" y="24">${title}</text>`,
    ...grid,
    `<text x="${round(left + innerWidth / 2)}" y="${String(HEIGHT - 8)}" text-anchor="middle">${x.label}</text>`,
    `<text transform="translate(14 ${round(top + innerHeight / 2)}) rotate(-90)" text-anchor="middle">${y.label}</text>`,
    ...lines,
  ].join('\n');
}

/** A shape for each series, for whoever cannot tell the colours apart. */
function mark(series: number, x: string, y: string, colour: string): string {
  const shapes = [
    'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
    'M-4 -4h8v8h-8z',
    'M0 -5L5 4H-5z',
    'M0 -5L5 0L0 5L-5 0z',
    'M0 5L5 -4H-5z',
    'M-2 -5h4v3h3v4h-3v3h-4v-3h-3v-4h3z',
  ];
  const shape = shapes[series % shapes.length] ?? '';
  return `<path d="${shape}" transform="translate(${x} ${y})" fill="${colour}"/>`;
}

function legend(series: readonly Series[]): string {
  let next = 14;
  return series
    .map(({ label, colour }, i) => {
      const x = next;
      next += 50 + label.length * LETTER;
      return (
        `<line x1="${round(x)}" x2="${round(x + 24)}" y1="14" y2="14" stroke="${colour}" stroke-width="2"/>` +
        mark(i, round(x + 12), '14', colour) +
        `<text x="${round(x + 32)}" y="14" dy="0.32em">${label}</text>`
      );
    })
    .join('\n');
}

/** Charts side by side over one legend, without a background: the page's own shines through. */
export function svg(title: string, charts: readonly Chart[]): string {
  const [width, height] = [charts.length * WIDTH, HEIGHT + LEGEND];
  const series = charts[0]?.series ?? [];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img">
<title>${title}</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #6e7781 }
.title { font-weight: 600 }
.grid { stroke: #818b98; stroke-opacity: 0.25 }
@media (prefers-color-scheme: dark) { text { fill: #9198a1 } }
</style>
${legend(series)}
${charts.map((chart, i) => `<g transform="translate(${String(i * WIDTH)} ${String(LEGEND)})">\n${body(chart)}\n</g>`).join('\n')}
</svg>
`;
}
