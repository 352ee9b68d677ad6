import process from 'node:process';
import { readSurvivors } from './test/mutation/survivors.js';

/**
 * The tests beside the unit tests of a folder: those of test, and others by their path. Fewer would do
 * less, more take longer.
 */
export const E2E_SPECS = {
  crypto: [],
  errors: ['transports', 'login', 'sessions', 'own-routes', 'wechat'],
  guard: ['transports', 'guarded-handlers', 'session-parameters', 'graphql'],
  postgres: ['users', 'wiring', 'migrations', 'events', 'src/sessions/session-probes.spec.ts'],
  sessions: ['sessions', 'events', 'apps', 'ending-with-the-session'],
  'user-data': ['user-data', 'forged-user-data', 'wechat-api'],
  users: ['users', 'events', 'user-data', 'login-hook'],
  wechat: ['wechat', 'wechat-api', 'third-party-platform', 'apps'],
};

// Set by test/mutation/run.js. First the unit tests, then the end-to-end tests for what is left.
const { MUTATION_FOLDER: folder = 'crypto', MUTATION_TESTS: tests = 'unit' } = process.env;
const isUnit = tests === 'unit';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: isUnit
    ? [
        `src/${folder}/**/*.ts`,
        '!**/*.spec.ts',
        // Columns: the tests of the migrations compare them with the tables.
        '!**/*.entity.ts',
        '!**/migrations/*.ts',
      ]
    : readSurvivors(folder).map(({ range }) => range),
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  jest: {
    config: {
      testMatch: isUnit
        ? [`<rootDir>/src/${folder}/**/*.spec.ts`]
        : E2E_SPECS[folder].map((name) =>
            name.endsWith('.ts') ? `<rootDir>/${name}` : `<rootDir>/test/${name}.e2e-spec.ts`,
          ),
      runner: '<rootDir>/test/mutation/first-failure-runner.js',
      // A test that waits for ever fails soon.
      testTimeout: isUnit ? 5000 : 15_000,
    },
  },
  concurrency: 2,
  // A machine under load must not count for a mutant that hangs.
  timeoutMS: 20_000,
  // Modules of one run are never unloaded by the next.
  maxTestRunnerReuse: 40,
  // The score is that of both runs: test/mutation/run.js.
  thresholds: { high: 95, low: 90, break: null },
  reporters: ['progress', 'html', 'json'],
  htmlReporter: { fileName: `reports/mutation/${folder}.${tests}.html` },
  jsonReporter: { fileName: `reports/mutation/${folder}.${tests}.json` },
  tempDirName: `reports/stryker/${folder}`,
  ignorePatterns: ['/.demo', '/coverage', '/dist', '/reports'],
};
