import { mkdirSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { Results } from '../results.js';
import { benchmarksPage } from './benchmarks.md.js';
import type { Machine } from './machine.js';
import { connectionsPlot, probesPlot } from './plots.js';
import { scalePage } from './scale.md.js';
import { targetsTable } from './tables.js';

const FOLDER = 'docs';

/** Writes the pages and plots, and prints the table of the figures to reach. */
export async function writeReport(results: Results, machine: Machine): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/bench-connections.svg`, connectionsPlot(results));
  writeFileSync(`${FOLDER}/bench-revoked.svg`, probesPlot(results));
  await writePage('BENCHMARKS.md', benchmarksPage(results, machine));
  await writePage('SCALE.md', scalePage(results));
  process.stdout.write(`\n${await pretty(targetsTable(results), 'table.md')}\n`);
}

async function writePage(name: string, text: string): Promise<void> {
  const file = `${FOLDER}/${name}`;
  writeFileSync(file, await pretty(text, file));
}

const pretty = async (text: string, file: string): Promise<string> =>
  format(text, { ...(await resolveConfig(file)), filepath: file });
