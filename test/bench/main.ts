import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { plans } from './plan.js';
import { Cleanup } from './processes/cleanup.js';
import { machine } from './report/machine.js';
import { writeReport } from './report/write.js';
import { run } from './run.js';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, profile: { type: 'boolean' } },
});
const profiling = values.profile ? ['--cpu-prof', '--cpu-prof-dir=reports/bench/profiles'] : [];
const before = machine();

const cleanup = new Cleanup();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void cleanup.run().finally(() => process.exit(130));
  });
}
try {
  const results = await run(values.quick ? plans.quick : plans.full, profiling, cleanup);
  await writeReport(results, before);
} finally {
  await cleanup.run();
}
