// npm run test:mutation [-- folder …]: one PostgreSQL, and Stryker for each folder of src in turn:
// with the unit tests, and then with the end-to-end tests for the mutants that survived.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import process from 'node:process';
import { E2E_SPECS } from '../../stryker.config.js';
import startPostgres from '../support/global-setup.js';
import stopPostgres from '../support/global-teardown.js';
import { readSurvivors, scoreOf } from './survivors.js';

const LOWEST_SCORE = 90;
const BIN = 'node_modules/@stryker-mutator/core/bin/stryker.js';
const folders = Object.keys(E2E_SPECS);

const [chosen, options] = [[], []];
for (const word of process.argv.slice(2)) (folders.includes(word) ? chosen : options).push(word);

async function stryker(folder, tests) {
  const env = { ...process.env, MUTATION_FOLDER: folder, MUTATION_TESTS: tests };
  const child = spawn(process.execPath, [BIN, 'run', ...options], { stdio: 'inherit', env });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`Stryker ended with ${String(code)}.`);
}

async function measure(folder) {
  for (const tests of ['unit', 'e2e'])
    rmSync(`reports/mutation/${folder}.${tests}.json`, { force: true });
  await stryker(folder, 'unit');
  if (readSurvivors(folder).length > 0 && E2E_SPECS[folder].length > 0) {
    await stryker(folder, 'e2e');
  }
  const { survivors, total, score } = scoreOf(folder);
  for (const survivor of survivors) process.stdout.write(`survived: ${survivor}\n`);
  process.stdout.write(`${folder}: ${score.toFixed(1)} % of ${total} mutants killed\n`);
  if (score < LOWEST_SCORE) process.exitCode = 1;
}

await startPostgres();
try {
  // One folder that fails, fails the run, but the other folders are still measured.
  for (const folder of chosen.length > 0 ? chosen : folders) {
    await measure(folder).catch((error) => {
      process.stderr.write(`${folder}: ${error.message}\n`);
      process.exitCode = 1;
    });
  }
} finally {
  await stopPostgres();
}
