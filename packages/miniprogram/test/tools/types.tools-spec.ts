import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from '@jest/globals';
import { copyProject, install, removeFolders, run } from './support/install.js';

const TYPESCRIPTS = ['4.9', '5.9', '6.0'];
const WX_TYPINGS = ['3.12', '4', '5'];
const MODULES = { node: 'commonjs', node16: 'node16', bundler: 'esnext' } as const;

const project = await install(
  {
    devDependencies: {
      ...Object.fromEntries(
        TYPESCRIPTS.map((version) => [`ts-${version}`, `npm:typescript@~${version}.0`]),
      ),
      ...Object.fromEntries(
        WX_TYPINGS.map((version) => [`wx-${version}`, `npm:miniprogram-api-typings@^${version}`]),
      ),
      '@dcloudio/types': '^3.4.32',
      '@tarojs/taro': '^4.2.1',
    },
  },
  copyProject('types'),
);

const resolutions = TYPESCRIPTS.flatMap((version) =>
  Object.keys(MODULES)
    // Since TypeScript 5.
    .filter((resolution) => version !== '4.9' || resolution !== 'bundler')
    .map((resolution) => [version, resolution as keyof typeof MODULES] as const),
);

const platforms = TYPESCRIPTS.flatMap((version) => [
  ...WX_TYPINGS.map((typings) => [version, 'wx', `./node_modules/wx-${typings}`] as const),
  [version, 'uni', '@dcloudio/types'] as const,
  [version, 'taro', undefined] as const,
]);

(project === undefined ? describe.skip : describe)('the types of the packed client', () => {
  const folder = String(project);
  afterAll(removeFolders);

  const compile = async (version: string, file: string, options: object): Promise<void> => {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, esModuleInterop: true, types: [] },
      ...{ target: 'es2017', lib: ['es2017'], jsx: 'preserve' },
      ...(version === '6.0' && { ignoreDeprecations: '6.0' }),
      ...options,
    };
    const config = { compilerOptions, files: [file] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    await run(folder, process.execPath, [`node_modules/ts-${version}/bin/tsc`, '-p', '.']);
  };

  it.each(resolutions)(
    'are found by TypeScript %s with moduleResolution %s',
    async (version, moduleResolution) => {
      await compile(version, 'client.ts', { moduleResolution, module: MODULES[moduleResolution] });
    },
  );

  it.each(platforms)('hold in TypeScript %s for %s, typed by %s', async (version, name, types) => {
    const resolution = { module: 'node16', moduleResolution: 'node16' };
    const typings = types === undefined ? {} : { types: [types] };
    // The declarations of other packages have errors.
    await compile(version, `${name}.ts`, { ...resolution, ...typings, skipLibCheck: true });
  });
});
