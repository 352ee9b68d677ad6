import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { copyProject, install, pointAt, removeFolders, run } from './support/install.js';
import { expectToWork, filesIn, startDemoServer, type DemoServer } from './support/stage.js';

const project = await install(
  { devDependencies: { webpack: '^4.47.0', 'webpack-cli': '^4.10.0' } },
  copyProject('webpack4'),
);

(project === undefined ? describe.skip : describe)('a project of webpack 4', () => {
  let demo: DemoServer;

  beforeAll(async () => {
    demo = await startDemoServer();
  });
  afterAll(async () => {
    await demo.stop();
    await removeFolders();
  });

  it('finds the client, logs in, logs in again and logs out', async () => {
    const folder = String(project);
    pointAt(demo.url, join(folder, 'session.js'));
    await run(folder, 'node_modules/.bin/webpack', []);
    const files = filesIn(join(folder, 'dist')).set('app.js', 'App({});');
    await expectToWork(files, demo, 'o-webpack4');
  });
});
