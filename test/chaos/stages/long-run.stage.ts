import { number, table } from '../../../bench/report/format.js';
import type { Wiring } from '../apps/settings.js';
import { connectionFaults } from '../faults/connections.js';
import type { Fault } from '../faults/fault.js';
import { lockFaults } from '../faults/locks.js';
import { networkFaults } from '../faults/network.js';
import { postgresFaults } from '../faults/postgres.js';
import { imageOf, type Chart } from '../report/chart.js';
import type { Section } from '../report/section.js';
import { say } from '../say.js';
import type { World } from '../world.js';
import { runFault, type FaultFigures } from './fault-run.js';

/** Sessions of two minutes, so that thousands of them expire within the run. */
const WIRING: Wiring = { session: { expiresIn: 120 } };

/** Only mixed load for some time. */
const CALM: Fault = {
  name: 'nothing',
  seconds: 40,
  inject: () => undefined,
  heal: () => undefined,
};

/** Every third period has a fault; none of them restarts the apps. */
const FAULT_EVERY = 3;
const FAULTS = [...postgresFaults, ...networkFaults, ...lockFaults, ...connectionFaults].filter(
  ({ seconds, wiring, obstacle }) => seconds <= 8 && wiring === undefined && obstacle === undefined,
);

type Acknowledged = Pick<FaultFigures, 'logins' | 'logouts' | 'lost'>;

/** The resources after a period. */
interface Sample {
  readonly minute: number;
  readonly isCalm: boolean;
  readonly sent: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Megabytes of all apps together. */
  readonly heap: number;
  /** Of the app that has the most. */
  readonly handles: number;
  /** Of the app that had the most. */
  readonly backends: number;
  readonly revocations: number;
  /** Megabytes. */
  readonly tables: number;
}

/** Whether anything grows that must not. */
export async function runLong(world: World, minutes: number): Promise<Section> {
  const [start, samples, problems]: [number, Sample[], string[]] = [performance.now(), [], []];
  const acknowledged = { logins: 0, logouts: 0, lost: 0 };
  const minute = (): number => (performance.now() - start) / 60_000;
  for (let period = 0; minute() < minutes; period++) {
    const isCalm = period % FAULT_EVERY < FAULT_EVERY - 1;
    const fault = isCalm
      ? CALM
      : (FAULTS[Math.floor(period / FAULT_EVERY) % FAULTS.length] ?? CALM);
    // Expired sessions are refused, which is not a loss.
    const excused = /WX_SESSION_EXPIRED/;
    const { figures } = await runFault({ ...fault, wiring: WIRING, excused }, world);
    problems.push(...figures.problems.map((problem) => `${fault.name}: ${problem}`));
    acknowledged.logins += figures.logins;
    acknowledged.logouts += figures.logouts;
    acknowledged.lost += figures.lost;
    await age(world);
    const { sent, p99, backends } = figures;
    const sample = { minute: minute(), isCalm, sent, p99, backends, ...(await usage(world)) };
    samples.push(sample);
    say(
      `${fault.name} · ${cells(sample).join(' · ')}${figures.problems.map((each) => ` · ${each}`).join('')}`,
    );
  }
  const charts = chartsOf(samples, minutes);
  return {
    title: 'A long run',
    text: text(samples, charts, minutes, acknowledged),
    charts,
    problems: [...problems, ...growth(samples)].map((problem) => `Long run: ${problem}`),
  };
}

/**
 * The cleaner keeps a revocation for an hour after its session has expired, as the clock of an app
 * may be behind. That hour passes here at once, or nothing would be cleared within the run.
 */
async function age({ database }: World): Promise<void> {
  await database.query(
    `UPDATE wechat_revoked_session SET expires_at = expires_at - interval '1 hour'
     WHERE expires_at BETWEEN now() - interval '1 hour' AND now()`,
  );
}

async function usage({
  database,
  fleet,
}: World): Promise<Pick<Sample, 'heap' | 'handles' | 'revocations' | 'tables'>> {
  const apps = await Promise.all(fleet.apps.map((app) => app.ask('usage')));
  const [row] = await database.query<{ revocations: number; tables: number }>(
    `SELECT (SELECT count(*)::int FROM wechat_revoked_session) AS revocations,
       ((pg_total_relation_size('wechat_user') + pg_total_relation_size('wechat_revoked_session'))
         / 1e6)::float8 AS tables`,
  );
  return {
    heap: apps.reduce((sum, { heap }) => sum + heap, 0) / 1e6,
    handles: Math.max(...apps.map(({ handles }) => handles)),
    revocations: row?.revocations ?? NaN,
    tables: row?.tables ?? NaN,
  };
}

/** Compares the last third with the one before it: the first third is warm-up. */
function growth(samples: readonly Sample[]): string[] {
  const third = Math.floor(samples.length / 3);
  if (third === 0) return [];
  const grown = (
    name: string,
    of: (sample: Sample) => number,
    factor: number,
    more: number,
    among: readonly Sample[] = samples,
  ): string[] => {
    const [before, last] = [among.slice(-2 * third, -third), among.slice(-third)].map((part) =>
      median(part.map(of)),
    );
    const isGrown = before !== undefined && last !== undefined && last > before * factor + more;
    return isGrown ? [`${name} grew from ${number(before)} to ${number(last)}`] : [];
  };
  const calm = samples.filter(({ isCalm }) => isCalm);
  return [
    ...grown('the heap', ({ heap }) => heap, 1.1, 3),
    ...grown('handles', ({ handles }) => handles, 1, 5),
    ...grown('connections', ({ backends }) => backends, 1, 1),
    ...grown('revocations', ({ revocations }) => revocations, 1.5, 1000),
    ...grown('p99', ({ p99 }) => p99, 2, 10, calm),
  ];
}

const median = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const HEAD = [
  'Minute',
  'Sent',
  'p99, ms',
  'Heap, MB',
  'Handles',
  'Backends',
  'Revocations',
  'Tables, MB',
];

const cells = (sample: Sample): string[] => [
  sample.minute.toFixed(1),
  number(sample.sent),
  number(sample.p99),
  number(sample.heap),
  String(sample.handles),
  String(sample.backends),
  number(sample.revocations),
  number(sample.tables),
];

function chartsOf(samples: readonly Sample[], minutes: number): Chart[] {
  const of = (name: keyof Sample, among = samples): number[] =>
    among.map((sample) => Number(sample[name]));
  const calm = samples.filter(({ isCalm }) => isCalm);
  return [
    { name: 'heap', title: 'Heap of the three apps', unit: 'MB', values: of('heap') },
    { name: 'p99', title: 'p99 without a fault', unit: 'ms', values: of('p99', calm) },
    {
      name: 'revocations',
      title: 'Revocations in the table',
      unit: 'rows',
      values: of('revocations'),
    },
    { name: 'handles', title: 'Handles of an app', unit: 'handles', values: of('handles') },
  ].map(({ name, ...chart }) => ({ ...chart, minutes, file: `reliability-${name}.svg` }));
}

const text = (
  samples: readonly Sample[],
  charts: readonly Chart[],
  minutes: number,
  { logins, logouts, lost }: Acknowledged,
): string =>
  `${minutes.toFixed(0)} minutes of mixed load, with a fault of up to 8 s in every third period. ${number(logins)} logins and ${number(logouts)} logouts were acknowledged, and ${String(lost)} lost. Sessions last two minutes; the hour for which a revocation is kept beyond its session is taken off the rows, so that the cleaner has something to clear every ten minutes. The heap is that of the three apps after a collection, and handles and backends are those of the app with the most. Users are never removed, so the tables grow with the logins of new users.

${charts.map(imageOf).join('\n\n')}

${table(HEAD, samples.map(cells))}`;
