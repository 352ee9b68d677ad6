import process from 'node:process';

/** The end-to-end tests beside the unit tests of a folder. Fewer would do less, more take longer. */
const E2E_SPECS = {
  crypto: [],
  errors: ['transports', 'login', 'sessions', 'own-routes', 'wechat'],
  guard: ['transports', 'guarded-handlers', 'sessions', 'apps'],
  postgres: ['network', 'session-parameters', 'clearing'],
  sessions: ['sessions', 'events', 'apps', 'ending-with-the-session'],
  'user-data': ['user-data', 'forged-user-data', 'wechat-api'],
  users: ['users', 'events', 'user-data', 'login-hook'],
  wechat: ['wechat', 'tracing', 'wechat-api'],
};

export const folders = Object.keys(E2E_SPECS);

const folder = process.env.MUTATION_FOLDER ?? 'crypto';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [
    `src/${folder}/**/*.ts`,
    '!**/*.spec.ts',
    // Columns: the tests of the migrations compare them with the tables.
    '!**/*.entity.ts',
    '!**/migrations/*.ts',
  ],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  jest: {
    config: {
      testMatch: [
        `<rootDir>/src/${folder}/**/*.spec.ts`,
        ...E2E_SPECS[folder].map((name) => `<rootDir>/test/${name}.e2e-spec.ts`),
      ],
      runner: '<rootDir>/test/mutation/first-failure-runner.js',
    },
  },
  concurrency: 2,
  // A machine under load must not count for a mutant that hangs.
  timeoutMS: 20_000,
  // Modules of one run are never unloaded by the next.
  maxTestRunnerReuse: 40,
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['progress', 'clear-text', 'html', 'json'],
  htmlReporter: { fileName: `reports/mutation/${folder}.html` },
  jsonReporter: { fileName: `reports/mutation/${folder}.json` },
  clearTextReporter: { reportTests: false, reportScoreTable: true },
  tempDirName: `reports/stryker/${folder}`,
  ignorePatterns: ['/.demo', '/coverage', '/dist', '/reports'],
};
