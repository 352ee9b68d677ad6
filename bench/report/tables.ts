import type { Results } from '../run.js';
import type { Figure, Goal, Group, Shots } from '../rows.js';
import { differenceOf, ratioOf, spreadOf, type Spread } from '../statistics.js';
import { number, spread, table } from './format.js';

const COLUMNS: Readonly<Record<Figure, readonly [title: string, unit: string]>> = {
  perSecond: ['Per second', ''],
  p50: ['p50', ' ms'],
  p99: ['p99', ' ms'],
  micros: ['Time of one', ' µs'],
  cpu: ['Processor', ' µs'],
  statements: ['Statements', ''],
};

/** Those that differ from round to round; of the others the median is enough. */
const RANGED: readonly Figure[] = ['perSecond', 'p99', 'micros'];

const valuesOf = (shots: Shots, row: string, figure: Figure): number[] =>
  (shots[row] ?? []).map((shot) => shot[figure] ?? NaN);

/** A line for each row of a group. */
export function groupTable({ columns, ratio = '', rows }: Group, shots: Shots): string {
  const cell = (id: string, over: string, column: Figure | 'ratio'): string => {
    const of = (row: string): number[] => valuesOf(shots, row, 'perSecond');
    if (column === 'ratio') return spread(ratioOf(of(id), of(over)));
    const values = spreadOf(valuesOf(shots, id, column));
    const [, unit] = COLUMNS[column];
    return RANGED.includes(column) ? spread(values, unit) : number(values.median) + unit;
  };
  const [first = ''] = Object.keys(rows);
  const titles = columns.map((column) => (column === 'ratio' ? ratio : COLUMNS[column][0]));
  const lines = Object.entries(rows).map(([id, { label, code, over = first }]) => [
    label,
    code,
    ...columns.map((column) => cell(id, over, column)),
  ]);
  return table(['', 'What its user writes', ...titles], lines);
}

/** What a heap that does not grow may differ by from one collection to the next. */
const FLAT_MB = 4;
const megabytes = (bytes: number): number => bytes / 2 ** 20;

export function heapTable({ heap, plan: { heap: plan } }: Results): string {
  const rows = heap.map((bytes, part) => [
    number(plan.warmUp + (part * plan.requests) / (heap.length - 1)),
    `${number(megabytes(bytes))} MB`,
  ]);
  return table(['Requests', 'Heap'], rows);
}

/** The figures that the library has set itself to reach. */
export function targetsTable({ groups, heap }: Results): string {
  const lines = groups.flatMap(({ group, shots }) =>
    Object.entries(group.rows).flatMap(([id, { goals = [] }]) =>
      goals.map((goal) => {
        const { figure = 'perSecond', over, isDifference } = goal;
        const values = [valuesOf(shots, id, figure), valuesOf(shots, over, figure)] as const;
        return isDifference
          ? targetLine(goal, differenceOf(...values), ' µs')
          : targetLine(goal, ratioOf(...values), ' ×');
      }),
    ),
  );
  const [warm = NaN, ...later] = heap.map(megabytes);
  // The most counts: a heap that grows is at its largest in the end.
  const growth = spreadOf(later.map((size) => size - warm));
  const text = 'growth of the heap, guarded requests that read their user';
  const goal: Goal = { text, over: '', atMost: FLAT_MB };
  if (heap.length > 0) lines.push(targetLine(goal, { ...growth, median: growth.max }, ' MB'));
  return table(['Figure', 'To reach', 'Measured', 'Reached'], lines);
}

function targetLine({ text, atLeast, atMost }: Goal, measured: Spread, unit: string): string[] {
  const { median } = measured;
  const isReached = median >= (atLeast ?? -Infinity) && median <= (atMost ?? Infinity);
  const bound = atLeast === undefined ? `≤ ${number(atMost ?? NaN)}` : `≥ ${number(atLeast)}`;
  return [text, bound + unit, spread(measured, unit), isReached ? 'yes' : '**no**'];
}
