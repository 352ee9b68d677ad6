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
let stopping: Promise<void> | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping ??= cleanup.run().finally(() => process.exit(130));
  });
}

try {
  const results = await run(values.quick ? plans.quick : plans.full, profiling, cleanup);
  await writeReport(results, before);
} catch (error) {
  // Whatever fails once all is being stopped fails for that.
  await stopping;
  throw error;
} finally {
  await cleanup.run();
}
