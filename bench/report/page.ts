import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { plans } from '../plan.js';
import type { Results } from '../run.js';
import { machineTable } from './machine.js';
import { groupTable, heapTable, targetsTable } from './tables.js';

const PAGE = 'docs/BENCHMARKS.md';
const COPY = 'reports/bench/BENCHMARKS.md';

/** Puts each table between its two comments: `<!-- bench:name -->` and `<!-- /bench -->`. */
function filled(page: string, tables: ReadonlyMap<string, string>): string {
  return page.replace(/<!-- bench:(\w+) -->.*?<!-- \/bench -->/gs, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`There is no table ${name}.`);
    return `<!-- bench:${name} -->\n\n${table}\n\n<!-- /bench -->`;
  });
}

/** Fills the page in `docs` after a full run, a copy of it after a quick one. */
export async function writePage(results: Results, loadBefore: string): Promise<void> {
  const tables = new Map([
    ...results.groups.map(({ group, shots }) => [group.id, groupTable(group, shots)] as const),
    ['targets', targetsTable(results)],
    ['heap', heapTable(results)],
    ['machine', machineTable(results, loadBefore)],
  ]);
  const file = results.plan === plans.full ? PAGE : COPY;
  writeFileSync(file, await pretty(filled(readFileSync(PAGE, 'utf8'), tables)));
  process.stderr.write(`${file}\n`);
}

/** Prints every table; the figures to reach come last. */
export async function printTables(results: Results): Promise<void> {
  const groups = results.groups.map(({ group, shots }) => groupTable(group, shots));
  const text = [...groups, heapTable(results), targetsTable(results)].join('\n\n');
  process.stdout.write(`\n${await pretty(text)}`);
}

const pretty = async (text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
