// npm run test:mutation [-- folder …]: one PostgreSQL, and Stryker for each folder of src in turn.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { folders } from '../../stryker.config.js';
import startPostgres from '../support/global-setup.js';
import stopPostgres from '../support/global-teardown.js';

const bin = 'node_modules/@stryker-mutator/core/bin/stryker.js';
const [chosen, options] = [[], []];
for (const word of process.argv.slice(2)) (folders.includes(word) ? chosen : options).push(word);

await startPostgres();
for (const folder of chosen.length > 0 ? chosen : folders) {
  const env = { ...process.env, MUTATION_FOLDER: folder };
  const stryker = spawn(process.execPath, [bin, 'run', ...options], { stdio: 'inherit', env });
  const [code] = await once(stryker, 'exit');
  // A score below the limit in one folder fails the run, but the other folders are still measured.
  process.exitCode ||= code ?? 1;
}
await stopPostgres();
