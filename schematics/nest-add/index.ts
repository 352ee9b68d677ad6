import type { Rule, TaskConfigurationGenerator } from '@angular-devkit/schematics';
import { readHostApp } from './app/host-app.js';
import { staticCalls } from './code/static-calls.js';
import { Report } from './report.js';
import { addDependencies, missingDependencies } from './steps/dependencies.js';
import { addE2eTest } from './steps/e2e-test.js';
import { addEnvExample } from './steps/env-example.js';
import { addExampleController } from './steps/example-controller.js';
import { configureJest } from './steps/jest-config.js';
import { OURS, wireRootModule } from './steps/root-module.js';
import { extendTypeOrm } from './steps/type-orm.js';

/** Those of schema.json. */
export interface NestAddOptions {
  readonly sourceRoot?: string;
  readonly skipInstall?: boolean;
}

const WECHAT_AUTH_MODULE = { name: 'WechatAuthModule', from: OURS };

const STEPS = [
  extendTypeOrm,
  wireRootModule,
  addExampleController,
  addE2eTest,
  configureJest,
  addEnvExample,
  addDependencies,
];

/**
 * `nest add nestjs-wechat-auth`: wires an app, or leaves it alone and throws why.
 *
 * The devkit is imported for its types alone. It comes with the CLI, and not every package manager
 * lets this package find what the CLI has installed.
 */
export function nestAdd({ sourceRoot, skipInstall = false }: NestAddOptions = {}): Rule {
  return (tree, context) => {
    const app = readHostApp(tree, sourceRoot);
    const wired = app.sources.find(
      (source) => staticCalls(source, WECHAT_AUTH_MODULE, ['forRoot', 'forRootAsync']).length > 0,
    );
    if (wired !== undefined) {
      context.logger.info(
        `${wired.fileName} imports WechatAuthModule already: nothing is changed.`,
      );
      return;
    }
    const report = new Report();
    for (const step of STEPS) step(tree, app, report);
    if (missingDependencies(app).length > 0) {
      if (skipInstall) report.leaves('Install the packages of package.json');
      else context.addTask(INSTALL);
    }
    context.logger.info(report.toString());
  };
}

/** What `new NodePackageInstallTask()` of the devkit is, with the package manager of the app. */
const INSTALL: TaskConfigurationGenerator = {
  toConfiguration: () => ({
    name: 'node-package',
    options: { command: 'install', quiet: true, hideOutput: true },
  }),
};
