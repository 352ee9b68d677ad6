/** @type {import('jest').Config} */
export default {
  testMatch: [
    '<rootDir>/{src,bench,schematics}/**/*.spec.ts',
    '<rootDir>/packages/*/{src,test}/**/*.{spec,e2e-spec}.ts',
    '<rootDir>/test/**/*.{spec,e2e-spec}.ts',
  ],
  // Those of the new apps run there, with the test runner of the app.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/new-apps/app/'],
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  testTimeout: 30_000,
  maxWorkers: 2,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            useDefineForClassFields: false,
          },
          keepClassNames: true,
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
  // V8 counts what the sources say; instrumenting would count the branches of decorator metadata.
  coverageProvider: 'v8',
  collectCoverageFrom: [
    '{src,packages/*/src,schematics}/**/*.ts',
    '!**/*.spec.ts',
    // Types alone: nothing in them ever runs.
    '!**/{wechat-auth.options,wx-like,*.types}.ts',
  ],
  coverageReporters: ['text', 'lcov'],
  coverageThreshold: { global: { branches: 95, lines: 95 } },
};
