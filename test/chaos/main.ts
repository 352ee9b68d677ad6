import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Cleanup } from './cleanup.js';
import { svgOf } from './report/chart.js';
import { page } from './report/page.js';
import { whereItRuns } from './report/place.js';
import { run } from './run.js';
import { say } from './say.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    minutes: { type: 'string', default: '30' },
  },
});
const { quick, only } = values;
/** Only a complete run changes the docs. */
const isWhole = !quick && only === undefined;
const FILE = isWhole ? 'docs/RELIABILITY.md' : 'reports/chaos/RELIABILITY.md';

const cleanup = new Cleanup();
let stopping: Promise<void> | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping ??= cleanup.run().finally(() => process.exit(130));
  });
}

try {
  const place = whereItRuns();
  const sections = await run({ quick, only, minutes: Number(values.minutes) }, cleanup);
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, page(sections, place));
  for (const chart of sections.flatMap(({ charts = [] }) => charts)) {
    writeFileSync(join(dirname(FILE), chart.file), svgOf(chart));
  }
  say(`written to ${FILE}`);
  const problems = sections.flatMap((section) => section.problems);
  for (const problem of problems) say(`PROBLEM ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
} catch (error) {
  // Errors during the stop are caused by it.
  await stopping;
  throw error;
} finally {
  await cleanup.run();
}
