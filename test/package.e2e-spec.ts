import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NewApp, type NewAppOptions } from './new-apps/new-app.js';
import { outcomeOf, tableOf, useNestAdd, useNewApp, type Outcome } from './new-apps/outcomes.js';
import { pack, type Packed } from './new-apps/pack.js';
import type { Row } from './new-apps/rows.js';
import { run } from './new-apps/run.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const THIS_MACHINE = {
  platform: 'express',
  node: Number.parseInt(process.versions.node, 10),
  manager: 'npm',
  compiler: 'tsc',
  postgres: 18,
} as const;

describe('the npm package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-package-'));
  let packed: Packed;
  let files: readonly string[];

  beforeAll(async () => {
    packed = await pack(folder);
    files = packed.files;
    await run(['tar', '-xzf', packed.tarball], folder);
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
        'dist/testing/cli/main.js',
        'dist/schematics/collection.json',
        'dist/schematics/nest-add/schema.json',
        'dist/schematics/nest-add/files/env.example.template',
      ]),
    );
    const others = files.filter(
      (path) =>
        !/^(dist\/.*\.(js|cjs|d\.ts|d\.cts|map)|dist\/schematics\/.*\.(json|template)|(packages\/miniprogram\/)?[A-Z]+(\.zh-CN)?(\.md)?|package\.json|docs\/(zh\/)?[\w-]+\.md|docs\/(demo\.[\w-]+\.png|reliability-\w+\.svg))$/.test(
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

  const outcomes: Outcome[] = [];
  afterAll(() => {
    process.stdout.write(`\n${tableOf(outcomes)}`);
  });

  describe.each<Row>([
    { ...THIS_MACHINE, nest: 11, typeorm: '0.3' },
    { ...THIS_MACHINE, nest: 12, typeorm: '1' },
  ])('in an app that nest new makes with Nest $nest', (row) => {
    let database: TestDatabase;
    let options: NewAppOptions;
    let app: NewApp;

    beforeAll(async () => {
      database = await createTestDatabase();
      const parent = join(folder, `nest-${row.nest}`);
      mkdirSync(parent);
      options = {
        ...{ row, parent, tarball: packed.tarball, databaseUrl: database.url },
        nodeFolder: dirname(process.execPath),
      };
      app = new NewApp({
        ...options,
        sources: ['handlers.ts'],
        packages: [
          ...['microservices', 'websockets', 'platform-socket.io'].map(
            (name) => `@nestjs/${name}@${row.nest}`,
          ),
          'socket.io-client',
        ],
      });
    });
    afterAll(() => database.drop());

    it('is built, passes the test of our pages, and logs a user in', async () => {
      const outcome = await outcomeOf(row, (step) => useNewApp(app, step));
      outcomes.push(outcome);
      expect(outcome).toMatchObject({ result: 'passed', reason: '' });
    }, 600_000);

    it('[M-12] does not start with a handler that a global guard does not reach', async () => {
      const refused = (start: string): object => ({
        name: 'WechatAuthConfigError',
        problems: [expect.stringMatching(new RegExp(`^${start}.*@UseGuards`))],
      });
      const [gateway, messages] = ['BareGateway.say', 'BareMessages.list'].map((name) =>
        refused(`${name} is not reached by the global WxSessionGuard`),
      );
      expect(JSON.parse(await app.runFile('dist/handlers.js'))).toEqual({
        bareGateway: row.nest === 11 ? gateway : 'WX_SESSION_MISSING',
        guardedGateway: 'WX_SESSION_MISSING',
        alone: messages,
        inheriting: 'starts',
      });
    }, 120_000);

    // TypeScript 6, which Nest 12 has, gave this resolution up.
    (row.nest === 11 ? it : it.skip)(
      'has types that module: commonjs finds',
      async () => {
        const settings = ['--module', 'commonjs', '--moduleResolution', 'node10'];
        const others = [
          '--noEmit',
          '--incremental',
          'false',
          '--resolvePackageJsonExports',
          'false',
        ];
        const tsc = 'node_modules/typescript/bin/tsc';
        expect(await app.runFile(tsc, '-p', '.', ...settings, ...others)).toBe('');
      },
      120_000,
    );

    it('has the command nestjs-wechat-sandbox', async () => {
      expect(await app.runFile('node_modules/.bin/nestjs-wechat-sandbox', '--help')).toMatch(
        /^Usage: nestjs-wechat-sandbox/,
      );
    });

    // The last one: it takes the packages of the app.
    it('is wired by nest add, which changes nothing when it runs again', async () => {
      const parent = join(folder, `nest-add-${row.nest}`);
      mkdirSync(parent);
      const added = new NewApp({ ...options, parent });
      const outcome = await outcomeOf(row, (step) => useNestAdd(added, app, step));
      expect(outcome).toMatchObject({ result: 'passed', reason: '' });
    }, 600_000);
  });
});
