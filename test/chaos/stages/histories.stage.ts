import { number, table } from '../../../bench/report/format.js';
import { recordHistories } from '../histories/record.js';
import type { SessionHistory } from '../histories/session-history.js';
import { mistakes, situations, unevenly } from '../histories/situations.js';
import { Standby } from '../postgres/standby.js';
import type { Section } from '../report/section.js';
import { say } from '../say.js';
import type { World } from '../world.js';

/** How often a planted mistake may stay undetected, because detection is random. */
const TIMES = 5;
/** The delay of the standby of the planted mistake. */
const STANDBY_DELAY_MS = 200;

interface Row {
  readonly name: string;
  readonly operations: number;
  readonly unknown: number;
  readonly violations: readonly string[];
}

/** Whether an order of the operations explains what concurrent clients see of a session. */
export async function checkHistories(world: World, isQuick: boolean): Promise<Section> {
  await world.rewire({});
  const rows: Row[] = [];
  const chosen = situations.filter((situation) => !isQuick || situation.isQuick === true);
  for (const { name, run } of chosen) rows.push(await check(name, world, run));
  const planted = await checkPlanted(world);
  await world.rewire({});
  return {
    title: 'Histories',
    text: text(rows, planted),
    problems: [
      ...rows.flatMap(({ name, violations }) =>
        violations.map((violation) => `History with ${name}: ${violation}`),
      ),
      ...planted
        .filter(({ violations }) => violations.length === 0)
        .map(({ name }) => `${name}: was not found`),
    ],
  };
}

async function checkPlanted(world: World): Promise<Row[]> {
  const standby = await Standby.start(world.postgres, STANDBY_DELAY_MS);
  try {
    const rows: Row[] = [];
    const standbyUrl = world.database.urlFor('standby', standby.port);
    for (const { name, mistake } of mistakes) {
      await world.rewire({ mistake, standbyUrl });
      let row = await check(name, world, unevenly);
      for (let time = 1; row.violations.length === 0 && time < TIMES; time++) {
        row = await check(name, world, unevenly);
      }
      rows.push(row);
    }
    return rows;
  } finally {
    await standby.stop();
  }
}

async function check(
  name: string,
  world: World,
  run: (world: World) => Promise<unknown>,
): Promise<Row> {
  const histories = await recordHistories(world, world.contract, () => run(world));
  const sum = (of: (history: SessionHistory) => number): number =>
    histories.reduce((total, history) => total + of(history), 0);
  const row: Row = {
    name,
    operations: sum(({ size }) => size),
    unknown: sum(({ unknown }) => unknown),
    violations: histories
      .map((history) => history.findViolation())
      .filter((violation) => violation !== undefined),
  };
  say(
    `history with ${name}: ${number(row.operations)} operations, ${String(row.violations.length)} violations`,
  );
  return row;
}

const text = (rows: readonly Row[], planted: readonly Row[]): string =>
  `Six clients of the same user at a time, at any of the apps, know of each other's sessions: they log in, ask, log out and log out everywhere. An order of all that has to exist in which each operation takes effect between its request and its answer (linearizability): once somebody has seen a session ended, or its logout is acknowledged, nobody who asks later sees it live; no login is ended by a logout everywhere that was answered before it. Where an operation was not acknowledged, both outcomes count, at any later time.

${table(['While', 'Operations', 'Of unknown outcome', 'Users with a violation'], rows.map(cells))}

Mistakes that were planted into the apps, which the check has to find:

${table(['Planted', 'Operations', 'Of unknown outcome', 'Users with a violation'], planted.map(cells))}`;

const cells = ({ name, operations, unknown, violations }: Row): string[] => [
  name,
  number(operations),
  String(unknown),
  String(violations.length),
];
