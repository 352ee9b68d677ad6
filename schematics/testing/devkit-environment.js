import devkit from '@angular-devkit/schematics';
import testing from '@angular-devkit/schematics/testing/index.js';
import { TestEnvironment } from 'jest-environment-node';

/** Gives the devkit to tests. It requires an ES module, and the require of Jest cannot. */
export default class DevkitEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    const { HostTree } = devkit;
    const { SchematicTestRunner } = testing;
    this.global.devkit = { HostTree, SchematicTestRunner };
  }
}
