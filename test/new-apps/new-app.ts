import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { logInAt } from './log-in.js';
import type { Row } from './rows.js';
import { run } from './run.js';

const ourFile = (name: string): string => readFileSync(join('test/new-apps/app', name), 'utf8');

/** How each package manager adds packages. */
const MANAGERS: Record<Row['manager'], readonly string[]> = {
  npm: ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--no-progress'],
  pnpm: ['npx', '--yes', '--prefer-offline', 'pnpm@10', 'add', '--prefer-offline'],
  yarn: ['npx', '--yes', '--prefer-offline', 'yarn@1', 'add', '--prefer-offline'],
};

/** On Nest 11 with their version: ts-jest cannot transform the ES modules of later ones. */
const NEST_PACKAGES: Record<Row['nest'], readonly string[]> = {
  11: ['@nestjs/typeorm@11', '@nestjs/config@4'],
  12: ['@nestjs/typeorm', '@nestjs/config'],
};

/** The test that our pages show, or that of `nest add`, and one of a controller. */
const TESTS = ['login.e2e-spec.ts', 'orders.e2e-spec.ts'];

/** The CLI of an app. */
const NEST = 'node_modules/@nestjs/cli/bin/nest.js';

export interface NewAppOptions {
  readonly row: Row;
  /** The parent folder of the app. */
  readonly parent: string;
  readonly tarball: string;
  readonly databaseUrl: string;
  /** The folder of the program `node`. */
  readonly nodeFolder: string;
  /** Packages in addition to those in the README. */
  readonly packages?: readonly string[];
  /** Test files that are built with the app. */
  readonly sources?: readonly string[];
}

/** An app that `nest new` makes, with the changes of our pages or of `nest add`. */
export class NewApp {
  readonly folder: string;

  constructor(private readonly options: NewAppOptions) {
    this.folder = join(options.parent, 'app');
  }

  /** By hand: with the module of the README, and the test of our pages. */
  async create(): Promise<void> {
    await this.generate();
    const [, appModule = ''] =
      /```ts\n(\/\/ app\.module\.ts\n[^]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    this.write('src/app.module.ts', appModule);
    for (const name of TESTS) this.write(`test/${name}`, ourFile(name));
    if (this.options.row.nest === 11) this.write('test/jest-e2e.json', ourFile('jest-e2e.json'));
    for (const name of this.options.sources ?? []) this.write(`src/${name}`, ourFile(name));
  }

  /** By `nest add`, with the packages of an app that is not used any more. */
  async createWithPackagesOf({ folder }: NewApp): Promise<void> {
    await this.generate();
    renameSync(join(folder, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** @returns what it printed */
  nestAdd(...flags: string[]): Promise<string> {
    return this.run(['node', NEST, 'add', 'nestjs-wechat-auth', '--skip-install', ...flags]);
  }

  private async generate(): Promise<void> {
    const { nest, platform, manager } = this.options.row;
    await this.run(
      [
        ...['npx', '--yes', '--prefer-offline', `@nestjs/cli@${nest}`, 'new', 'app'],
        ...['--skip-install', '--skip-git', '--package-manager', manager],
        ...(nest === 12 ? ['--no-observe'] : []),
      ],
      { cwd: this.options.parent },
    );
    if (platform === 'fastify') this.write('src/main.ts', ourFile('main.fastify.ts'));
  }

  async install(): Promise<void> {
    const { tarball, row, packages = [] } = this.options;
    await this.run([
      ...MANAGERS[row.manager],
      ...[tarball, ...NEST_PACKAGES[row.nest], `typeorm@${row.typeorm}`, 'pg'],
      ...(row.platform === 'fastify' ? [`@nestjs/platform-fastify@${row.nest}`] : []),
      ...(row.compiler === 'swc' ? ['@swc/core', '@swc/cli'] : []),
      ...packages,
    ]);
  }

  async build(): Promise<void> {
    await this.run(['node', NEST, 'build', '--builder', this.options.row.compiler]);
  }

  /** Runs {@link TESTS} with the test runner of the template. */
  async test(): Promise<void> {
    // The limit of the templates, five seconds, is too short for a machine under load.
    const runner =
      this.options.row.nest === 11
        ? ['jest/bin/jest.js', '--config', 'test/jest-e2e.json', '-i', '--testTimeout=60000']
        : [
            ...['vitest/vitest.mjs', 'run', '--config=vitest.config.e2e.ts'],
            ...['--testTimeout=60000', '--hookTimeout=60000'],
          ];
    const [program = '', ...options] = runner;
    const command = ['node', `node_modules/${program}`, ...options, ...TESTS];
    await this.run(command, { env: { DATABASE_URL: this.options.databaseUrl } });
  }

  /** Runs a file of the app on its database. @returns its output. */
  runFile(path: string, ...args: string[]): Promise<string> {
    const env = { DATABASE_URL: this.options.databaseUrl };
    return this.run(['node', path, ...args], { env });
  }

  /** Starts the built app, and logs a user in and out over HTTP. @throws if a response is wrong. */
  async logIn(): Promise<void> {
    await logInAt({
      folder: this.folder,
      env: { ...this.env(), DATABASE_URL: this.options.databaseUrl },
    });
  }

  /** A CommonJS app imports its files without an extension, which Jest expects. */
  private write(path: string, text: string): void {
    const isCommonJs = this.options.row.nest === 11;
    const written = isCommonJs ? text.replace(/(from '\.[^']*)\.js'/g, "$1'") : text;
    writeFileSync(join(this.folder, path), written);
  }

  private run(
    command: readonly string[],
    { cwd = this.folder, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
  ): Promise<string> {
    return run(command, cwd, { ...this.env(), ...env });
  }

  private env(): Record<string, string> {
    const { PATH = '' } = process.env;
    return { PATH: `${this.options.nodeFolder}${delimiter}${PATH}`, CI: 'true' };
  }
}
