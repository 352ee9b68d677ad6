// npm run test:miniprogram-tools: the packed client in the tools of its users, which are large.
import config from '../../../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...config,
  rootDir: '../../../..',
  testMatch: ['<rootDir>/packages/miniprogram/test/tools/*.tools-spec.ts'],
  globalSetup: '<rootDir>/packages/miniprogram/test/tools/global-setup.js',
  globalTeardown: '<rootDir>/packages/miniprogram/test/tools/global-teardown.js',
  testTimeout: 600_000,
  collectCoverageFrom: undefined,
  coverageThreshold: undefined,
};
