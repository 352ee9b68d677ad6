import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from './support/database.js';

const repository = process.cwd();

/** Runs a program and returns its standard output. @throws if its exit code is not 0 */
async function run(folder: string, program: string, args: string[], env = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: folder,
    // npm passes its settings on in the environment; a new app has none.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

describe('the npm package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-package-'));
  let tarball: string;
  let files: string[];

  beforeAll(async () => {
    const packed = await run(repository, 'npm', ['pack', '--json', '--pack-destination', folder]);
    const [{ filename, files: entries }] = JSON.parse(packed.slice(packed.indexOf('[\n'))) as [
      { filename: string; files: { path: string }[] },
    ];
    tarball = join(folder, filename);
    files = entries.map(({ path }) => path);
    await run(folder, 'tar', ['-xzf', tarball]);
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('has the files that users need and no other', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'README.zh-CN.md',
        'SECURITY.md',
        'CHANGELOG.md',
        'package.json',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/testing/index.js',
        'dist/testing/index.d.ts',
      ]),
    );
    const others = files.filter(
      (path) =>
        !/^(dist\/.*\.(js|cjs|d\.ts|d\.cts|map)|(packages\/miniprogram\/)?[A-Z]+(\.zh-CN)?(\.md)?|package\.json|docs\/(zh\/)?[\w-]+\.md|docs\/demo\.[\w-]+\.png)$/.test(
          path,
        ),
    );
    expect(others).toEqual([]);
    expect(files.filter((path) => /spec|test\/|consumer/.test(path))).toEqual([]);
  });

  const textOf = (path: string): string => readFileSync(join(folder, 'package', path), 'utf8');

  it('has every page that its pages link to', () => {
    const pages = files.filter((path) => path.endsWith('.md'));
    const links = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([\w./-]+\.md)[)#]/g)].map(([, link = '']) =>
        posix.join(posix.dirname(page), link),
      ),
    );
    expect(links).toEqual(expect.arrayContaining(['SECURITY.md', 'docs/BENCHMARKS.md']));
    expect(links.filter((link) => !files.includes(link))).toEqual([]);
  });

  it('has the sources inside its source maps, as the package has no TypeScript files', () => {
    const maps = files.filter((path) => path.endsWith('.map'));
    const sourceless = maps.filter((path) => {
      const map = JSON.parse(textOf(path)) as { sources: string[]; sourcesContent?: string[] };
      return map.sourcesContent?.length !== map.sources.length;
    });
    expect(maps).not.toEqual([]);
    expect(sourceless).toEqual([]);
  });

  it('has every file that its exports and source map comments refer to', () => {
    const { exports } = JSON.parse(textOf('package.json')) as { exports: object };
    const exported = JSON.stringify(exports).match(/dist\/[^"]+/g) ?? [];
    const mapped = files.flatMap((path) => {
      const [, map] = /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(textOf(path)) ?? [];
      return map === undefined ? [] : [posix.join(posix.dirname(path), map)];
    });
    expect(files).toEqual(expect.arrayContaining([...exported, ...mapped]));
  });

  it('keeps the TSDoc of the options in its type declarations', () => {
    const types = textOf('dist/config/wechat-auth.options.d.ts');
    expect(types).toContain('@defaultValue 7200');
  });

  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];

  /** Compiles a file of the app with TypeScript, and runs it on a database of its own. */
  const runFile = async (app: string, name: string): Promise<unknown> => {
    await run(app, process.execPath, [
      join(repository, 'node_modules/typescript/bin/tsc'),
      ...[`${name}.ts`, '--ignoreConfig', '--experimentalDecorators', '--noEmitOnError'],
      ...['--emitDecoratorMetadata', '--module', 'nodenext', '--target', 'es2022'],
      ...['--types', 'node', '--typeRoots', join(repository, 'node_modules/@types'), ...strict],
    ]);
    const database = await createTestDatabase();
    const env = { DATABASE_URL: database.url };
    const output = await run(app, process.execPath, [`${name}.js`], env);
    await database.drop();
    return JSON.parse(output);
  };

  describe.each([
    ['a Nest 12 app of ES modules', 'module', 12, { '@nestjs/config': '^12', typeorm: '^1' }],
    ['a Nest 11 app of CommonJS', 'commonjs', 11, { '@nestjs/config': '^4', typeorm: '^0.3.20' }],
  ])('in %s', (_, type, major, dependencies) => {
    const app = join(folder, type);
    const packages = ['common', 'core', 'microservices', 'platform-express', 'platform-socket.io'];

    beforeAll(async () => {
      cpSync(join(repository, 'test/consumer'), app, { recursive: true });
      const nest = [...packages, 'testing', 'typeorm', 'websockets'].map((name) => [
        `@nestjs/${name}`,
        `^${String(major)}`,
      ]);
      const manifest = {
        private: true,
        type,
        dependencies: {
          ...(Object.fromEntries(nest) as object),
          ...dependencies,
          'nestjs-wechat-auth': `file:${tarball}`,
          pg: '^8',
          'reflect-metadata': '^0.2',
          rxjs: '^7',
          'socket.io-client': '^4',
        },
      };
      writeFileSync(join(app, 'package.json'), JSON.stringify(manifest));
      await run(app, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline']);
    }, 300_000);

    it('logs a user in and guards a route', async () => {
      expect(await runFile(app, 'main')).toEqual({
        isModule: type === 'module',
        outcomes: [
          expect.objectContaining({ status: 200, tokenType: 'Bearer', isNewUser: true }),
          { status: 200, openid: 'o-consumer', isSame: true },
          expect.objectContaining({ status: 401, errorCode: 'WX_SESSION_MISSING' }),
          { status: 204 },
          expect.objectContaining({ status: 401, errorCode: 'WX_SESSION_REVOKED' }),
        ],
        inTest: { openid: 'o-test', isSame: true },
      });
    }, 120_000);

    it('[M-12] does not start with a handler that a global guard does not reach', async () => {
      const refused = (start: string): object => ({
        name: 'WechatAuthConfigError',
        problems: [expect.stringMatching(new RegExp(`^${start}.*@UseGuards`))],
      });
      const [gateway, messages] = ['BareGateway.say', 'BareMessages.list'].map((name) =>
        refused(`${name} is not reached by the global WxSessionGuard`),
      );
      expect(await runFile(app, 'handlers')).toEqual({
        bareGateway: major === 11 ? gateway : 'WX_SESSION_MISSING',
        guardedGateway: 'WX_SESSION_MISSING',
        alone: messages,
        inheriting: 'starts',
      });
    }, 120_000);
  });
});
