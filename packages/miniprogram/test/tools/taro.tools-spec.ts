import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { copyProject, install, pointAt, removeFolders, run } from './support/install.js';
import { expectToWork, filesIn, startDemoServer, type DemoServer } from './support/stage.js';

const TARO = '^4.2.1';
const project = await install(
  {
    dependencies: {
      '@tarojs/components': TARO,
      '@tarojs/helper': TARO,
      '@tarojs/plugin-framework-react': TARO,
      '@tarojs/plugin-platform-weapp': TARO,
      '@tarojs/react': TARO,
      '@tarojs/runtime': TARO,
      '@tarojs/shared': TARO,
      '@tarojs/taro': TARO,
      react: '^18',
      'react-dom': '^18',
    },
    devDependencies: {
      '@babel/preset-react': '^7',
      '@tarojs/cli': TARO,
      '@tarojs/service': TARO,
      '@tarojs/webpack5-runner': TARO,
      'babel-preset-taro': TARO,
      webpack: '5.91.0',
    },
  },
  copyProject('taro'),
);

(project === undefined ? describe.skip : describe)('a Taro 4 project for weapp', () => {
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
    await run(folder, 'node_modules/.bin/taro', ['build', '--type', 'weapp']);
    await expectToWork(filesIn(join(folder, 'dist')), demo, 'o-taro');
  });
});
