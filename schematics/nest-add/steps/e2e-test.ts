import { join, relative } from 'node:path/posix';
import { hasRoomForExample } from './example-controller.js';
import type { Step } from './step.js';
import { template } from './template.js';

const ADAPTERS = {
  express: { adapterImport: '', adapter: '' },
  fastify: {
    adapterImport: "import { FastifyAdapter } from '@nestjs/platform-fastify';\n",
    adapter: 'new FastifyAdapter()',
  },
};

/** A test that logs a user in, with the sandbox in place of WeChat. */
export const addE2eTest: Step = (tree, app, report) => {
  const path = join(app.testFolder, 'wechat-login.e2e-spec.ts');
  if (tree.exists(path)) return;
  if (app.testRunner === undefined) {
    report.leaves('Write a test of the login: the app has no @nestjs/testing with Jest or Vitest');
    return;
  }
  const { path: modulePath, className, extension } = app.rootModule;
  const values = {
    ...ADAPTERS[app.platform],
    className,
    modulePath: relative(app.testFolder, modulePath).replace(/\.ts$/, extension),
    route: hasRoomForExample(app) ? '/me' : '/wechat/session',
  };
  tree.create(path, template('wechat-login.e2e.ts', values));
  report.did(`${path} logs a user in, with a sandbox in place of WeChat`);
  report.leaves(
    `Other tests that start ${className} need PostgreSQL and a sandbox now, as this one`,
  );
};
