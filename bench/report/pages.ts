import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { plans } from '../plan.js';
import type { Results } from '../run.js';
import { machineTable } from './machine.js';
import { loadTable, sizesTable } from './scale.js';
import { groupTable, heapTable, targetsTable } from './tables.js';

const PAGES = ['docs/BENCHMARKS.md', 'docs/SCALE.md'];

/** Puts each table between its two comments: `<!-- bench:name -->` and `<!-- /bench -->`. */
function filled(page: string, tables: ReadonlyMap<string, string>): string {
  return page.replace(/<!-- bench:(\w+) -->.*?<!-- \/bench -->/gs, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`There is no table ${name}.`);
    return `<!-- bench:${name} -->\n\n${table}\n\n<!-- /bench -->`;
  });
}

/** Fills the pages: those in `docs` after a full run, copies in `reports` after a quick one. */
export async function writePages(results: Results, loadBefore: string): Promise<void> {
  const tables = new Map([
    ...results.groups.map(({ group, shots }) => [group.id, groupTable(group, shots)] as const),
    ['targets', targetsTable(results)],
    ['heap', heapTable(results)],
    ['sizes', sizesTable(results)],
    ['load', loadTable(results)],
    ['machine', machineTable(results, loadBefore)],
  ]);
  for (const page of PAGES) {
    const file = results.plan === plans.full ? page : `reports/bench/${basename(page)}`;
    writeFileSync(file, await pretty(filled(readFileSync(page, 'utf8'), tables)));
    process.stderr.write(`${file}\n`);
  }
}

/** Prints every table; the figures to reach come last. */
export async function printTables(results: Results): Promise<void> {
  const groups = results.groups.map(({ group, shots }) => groupTable(group, shots));
  const text = [...groups, heapTable(results), targetsTable(results)].join('\n\n');
  process.stdout.write(`\n${await pretty(text)}`);
}

const pretty = async (text: string): Promise<string> =>
  format(text, { ...(await resolveConfig('docs/BENCHMARKS.md')), parser: 'markdown' });
