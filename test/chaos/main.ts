import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Cleanup } from './cleanup.js';
import { run } from './run.js';
import { say } from './say.js';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});

const cleanup = new Cleanup();
let stopping: Promise<void> | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping ??= cleanup.run().finally(() => process.exit(130));
  });
}

try {
  const problems = await run(values, cleanup);
  for (const problem of problems) say(`PROBLEM ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
} catch (error) {
  // Whatever fails once all is being stopped fails for that.
  await stopping;
  throw error;
} finally {
  await cleanup.run();
}
