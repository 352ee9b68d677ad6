import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { copyProject, install, pointAt, removeFolders, run } from './support/install.js';
import { expectToWork, filesIn, startDemoServer, type DemoServer } from './support/stage.js';

const VERSION = '3.0.0-5010420260703001';
const project = await install(
  {
    dependencies: {
      '@dcloudio/uni-app': VERSION,
      '@dcloudio/uni-components': VERSION,
      '@dcloudio/uni-mp-weixin': VERSION,
      '@dcloudio/vite-plugin-uni': VERSION,
      vite: '5.2.8',
      vue: '3.4.21',
    },
  },
  copyProject('uni-app'),
);

(project === undefined ? describe.skip : describe)('a uni-app project for mp-weixin', () => {
  let demo: DemoServer;

  beforeAll(async () => {
    demo = await startDemoServer();
  });
  afterAll(async () => {
    await demo.stop();
    await removeFolders();
  });

  it('is built by its own tool, logs in, logs in again and logs out', async () => {
    const folder = String(project);
    pointAt(demo.url, join(folder, 'src/session.js'));
    await run(folder, 'node_modules/.bin/uni', ['build', '-p', 'mp-weixin']);
    await expectToWork(filesIn(join(folder, 'dist/build/mp-weixin')), demo, 'o-uni-app');
  });
});
