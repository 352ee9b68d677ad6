/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [
    'src/{sessions,guard,crypto,errors}/**/*.ts',
    '!**/*.spec.ts',
    // Columns: the tests of the migrations compare them with the tables.
    '!**/*.entity.ts',
  ],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  jest: {
    config: {
      testMatch: [
        '<rootDir>/src/{sessions,guard,crypto,errors}/*.spec.ts',
        '<rootDir>/test/{sessions,transports}.e2e-spec.ts',
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
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  jsonReporter: { fileName: 'reports/mutation/report.json' },
  clearTextReporter: { reportTests: false, reportScoreTable: true },
  tempDirName: 'reports/stryker',
  ignorePatterns: ['/.demo', '/coverage', '/dist', '/reports'],
};
