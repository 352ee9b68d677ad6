import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { plans } from './plan.js';
import { machineLoad } from './report/machine.js';
import { printTables, writePage } from './report/page.js';
import { run } from './run.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    // Such as `--only fastify --only logins`: prints these groups, and writes no page.
    only: { type: 'string', multiple: true },
    // Writes profiles of the library's servers to reports/bench/profiles.
    profile: { type: 'boolean' },
  },
});
const execArgv = values.profile ? ['--cpu-prof', '--cpu-prof-dir=reports/bench/profiles'] : [];
const loadBefore = machineLoad();
const results = await run(values.quick ? plans.quick : plans.full, execArgv, values.only);
await printTables(results);
if (values.only === undefined) await writePage(results, loadBefore);
