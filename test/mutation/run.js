// npm run test:mutation: one PostgreSQL for all mutants, and then Stryker.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import startPostgres from '../support/global-setup.js';
import stopPostgres from '../support/global-teardown.js';

const bin = 'node_modules/@stryker-mutator/core/bin/stryker.js';

await startPostgres();
const stryker = spawn(process.execPath, [bin, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
[process.exitCode] = await once(stryker, 'exit');
await stopPostgres();
