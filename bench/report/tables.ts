import { FIGURES, type Figure, type Goal, type Group, type Shots } from '../rows.js';
import { differenceOf, ratioOf, spreadOf } from '../statistics.js';
import { number, spread, table } from './format.js';

export interface Measured {
  readonly group: Group;
  readonly shots: Shots;
}

/** The figures that differ between rounds; for the others the median is enough. */
const RANGED: readonly Figure[] = ['perSecond', 'p99', 'micros'];

const valuesOf = (shots: Shots, row: string, figure: Figure): number[] =>
  (shots[row] ?? []).map((shot) => shot[figure] ?? NaN);

/** A line for each row of a group. */
export function groupTable({ group: { columns, ratio = '', rows }, shots }: Measured): string {
  const cell = (row: string, over: string, column: Figure | 'ratio'): string => {
    const of = (one: string): number[] => valuesOf(shots, one, 'perSecond');
    if (column === 'ratio') return spread(ratioOf(of(row), of(over)));
    const values = spreadOf(valuesOf(shots, row, column));
    const [, unit] = FIGURES[column];
    return RANGED.includes(column) ? spread(values, unit) : number(values.median) + unit;
  };
  const [first = ''] = Object.keys(rows);
  const titles = columns.map((column) => (column === 'ratio' ? ratio : FIGURES[column][0]));
  const lines = Object.entries(rows).map(([row, { label, code, over = first }]) => [
    label,
    code,
    ...columns.map((column) => cell(row, over, column)),
  ]);
  return table(['Case', 'What its user writes', ...titles], lines);
}

/** The targets of the library. */
export function targetsTable(measured: readonly Measured[]): string {
  const lines = measured.flatMap(({ group, shots }) =>
    Object.entries(group.rows).flatMap(([row, { goals = [] }]) =>
      goals
        .filter(({ over }) => over in shots)
        .map((goal) => targetLine({ group, shots }, row, goal)),
    ),
  );
  return table(['Figure', 'To reach', 'Measured', 'Reached'], lines);
}

function targetLine({ group: { id, rows }, shots }: Measured, row: string, goal: Goal): string[] {
  const { over, figure = 'perSecond', isDifference, atLeast, atMost } = goal;
  const compare = isDifference ? differenceOf : ratioOf;
  const unit = isDifference ? FIGURES[figure][1] : ' ×';
  const measured = compare(valuesOf(shots, row, figure), valuesOf(shots, over, figure));
  const labels = [rows[row]?.label, isDifference ? 'beyond' : 'over', rows[over]?.label];
  const text = `${id}, ${FIGURES[figure][0].toLowerCase()}: ${labels.join(' ')}`;
  const bound = atLeast ?? atMost;
  if (bound === undefined) return [text, '', spread(measured, unit), ''];
  const isReached = atLeast === undefined ? measured.median <= bound : measured.median >= bound;
  const sign = atLeast === undefined ? '≤' : '≥';
  return [
    text,
    `${sign} ${number(bound)}${unit}`,
    spread(measured, unit),
    isReached ? 'yes' : '**no**',
  ];
}
