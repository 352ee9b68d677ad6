import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { groupTable, targetsTable, type Measured } from './tables.js';

const PAGE = 'docs/BENCHMARKS.md';

/** Prints every table, the targets last. */
export async function printTables(measured: readonly Measured[]): Promise<void> {
  const tables = [...measured.map(groupTable), targetsTable(measured)];
  process.stdout.write(`\n${await pretty(tables.join('\n\n'))}`);
}

/** Replaces each table between its comments `<!-- bench:name -->` and `<!-- /bench -->`. */
export async function writePage(
  file: string,
  measured: readonly Measured[],
  machine: string,
): Promise<void> {
  const tables = new Map([
    ...measured.map((each) => [each.group.id, groupTable(each)] as const),
    ['targets', targetsTable(measured)],
    ['machine', machine],
  ]);
  const page = readFileSync(PAGE, 'utf8').replace(
    /<!-- bench:(\w+) -->.*?<!-- \/bench -->/gs,
    (_, name: string) => `<!-- bench:${name} -->\n\n${tables.get(name) ?? ''}\n\n<!-- /bench -->`,
  );
  writeFileSync(file, await pretty(page));
  process.stderr.write(`${file}\n`);
}

const pretty = async (text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
