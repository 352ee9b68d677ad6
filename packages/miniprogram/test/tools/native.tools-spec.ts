import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  copyProject,
  install,
  pointAt,
  removeFolders,
  repository,
  run,
} from './support/install.js';
import { expectToWork, startDemoServer, type DemoServer } from './support/stage.js';

const tools = await install({ devDependencies: { 'miniprogram-ci': '^2.1.42' } });

/** What WeChat DevTools do with a project: "build npm", then the uploaded code. */
async function compiled(project: string): Promise<Map<string, string>> {
  const script = join(import.meta.dirname, 'compile.js');
  const printed = await run(project, process.execPath, [script, String(tools), project]);
  const [json = ''] = /^\{"warnings".*$/m.exec(printed) ?? [];
  const { warnings, files } = JSON.parse(json) as {
    warnings: unknown[];
    files: [string, string][];
  };
  expect(warnings).toEqual([]);
  return new Map(files);
}

(tools === undefined ? describe.skip : describe)('miniprogram-ci packs and compiles', () => {
  let demo: DemoServer;

  beforeAll(async () => {
    demo = await startDemoServer();
  });
  afterAll(async () => {
    await demo.stop();
    await removeFolders();
  });

  it('a project in JavaScript, which logs in, logs in again and logs out', async () => {
    const project = copyProject('native-js');
    pointAt(demo.url, join(project, 'session.js'));
    await install({}, project);
    await expectToWork(await compiled(project), demo, 'o-native-js');
  });

  it('a project in TypeScript, whose types hold, and which does the same', async () => {
    const project = copyProject('native-ts');
    pointAt(demo.url, join(project, 'session.ts'));
    await install({ devDependencies: { 'miniprogram-api-typings': '^5' } }, project);
    await run(project, process.execPath, [
      join(repository, 'node_modules/typescript/bin/tsc'),
      '-p',
      '.',
      '--ignoreDeprecations',
      '6.0',
    ]);
    await expectToWork(await compiled(project), demo, 'o-native-ts');
  });
});
