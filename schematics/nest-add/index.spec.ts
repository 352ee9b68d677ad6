/** @jest-environment ./schematics/testing/devkit-environment.js */
import { describe, expect, it } from '@jest/globals';
import { runNestAdd } from '../testing/nest-add.js';
import { NEST_11, NEST_12, without, type Files } from '../testing/nest-new.js';

const edited = (files: Files, path: string, from: string | RegExp, to: string): Files => ({
  ...files,
  [path]: files[path]!.replace(from, to),
});

describe('nest add nestjs-wechat-auth', () => {
  describe.each([
    ['Nest 11 with CommonJS', NEST_11, '', '^11.0.2'],
    ['Nest 12 with ES modules', NEST_12, '.js', '^12.0.0'],
  ])('in a new app of %s', (_, app, extension, typeorm) => {
    it('imports the modules that the login needs, and an example controller', async () => {
      const { files } = await runNestAdd(app);
      expect(files['src/app.module.ts']).toBe(`import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  wechatAuthConfig,
  WechatAuthModule,
  wechatAuthMigrations,
} from 'nestjs-wechat-auth';
import { AppController } from './app.controller${extension}';
import { AppService } from './app.service${extension}';
import { MeController } from './me.controller${extension}';

@Module({
  imports: [
    ConfigModule.forRoot(),
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      autoLoadEntities: true,
      migrations: wechatAuthMigrations,
      migrationsRun: true,
    }),
    WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider()),
  ],
  controllers: [AppController, MeController],
  providers: [AppService],
})
export class AppModule {}
`);
      expect(files['src/me.controller.ts']).toContain('@UseGuards(WxSessionGuard)');
    });

    it('adds a test of the login that imports the module of the app', async () => {
      const { files } = await runNestAdd(app);
      const test = files['test/wechat-login.e2e-spec.ts'];
      expect(test).toContain(`import { AppModule } from '../src/app.module${extension}';`);
      expect(test).toContain('`${url}/me`');
      expect(test).not.toContain('<%');
    });

    it('adds the packages in versions that fit, and installs them', async () => {
      const { files, tasks } = await runNestAdd(app);
      const { dependencies } = JSON.parse(files['package.json']!);
      expect(dependencies).toMatchObject({ '@nestjs/typeorm': typeorm, typeorm: '^1.0.0' });
      expect(Object.keys(dependencies)).toEqual(Object.keys(dependencies).sort());
      expect(tasks).toEqual(['node-package']);
    });

    it('changes nothing when it runs again, and says so', async () => {
      const first = await runNestAdd(app);
      const second = await runNestAdd(first.files);
      expect(second.files).toEqual(first.files);
      expect(second.tasks).toEqual([]);
      expect(second.printed).toBe(
        'src/app.module.ts imports WechatAuthModule already: nothing is changed.',
      );
    });
  });

  it('says what it did and what is left to do', async () => {
    const { printed } = await runNestAdd(NEST_12, { sourceRoot: 'src', skipInstall: true });
    expect(printed).toMatch(/^\nDone:\n {2}- src\/app\.module\.ts imports ConfigModule/);
    expect(printed).toMatch(
      /\nLeft to do:\n( {2}- .*\n)* {2}- Copy the variables of \.env\.example/,
    );
    expect(printed).toContain('- Install the packages of package.json\n');
  });

  it('installs nothing with --skip-install', async () => {
    const { tasks } = await runNestAdd(NEST_12, { sourceRoot: 'src', skipInstall: true });
    expect(tasks).toEqual([]);
  });

  it('lets Jest transform the package, and leaves Vitest alone', async () => {
    const { files } = await runNestAdd(NEST_11);
    const { transformIgnorePatterns } = JSON.parse(files['test/jest-e2e.json']!);
    const [pattern] = transformIgnorePatterns as [string];
    expect('/app/node_modules/nestjs-wechat-auth/dist/index.js').not.toMatch(new RegExp(pattern));
    expect('/app/node_modules/typeorm/index.js').toMatch(new RegExp(pattern));
    expect(Object.keys((await runNestAdd(NEST_12)).files)).not.toContain('test/jest-e2e.json');
  });

  it('says what Jest needs if the app has no test/jest-e2e.json', async () => {
    const { printed } = await runNestAdd(without(NEST_11, 'test/jest-e2e.json'));
    expect(printed).toContain('- Let Jest transform the ES modules of this package: "transform');
  });

  it('leaves the ConfigModule that the app has', async () => {
    const app = edited(
      edited(
        NEST_12,
        'src/app.module.ts',
        'imports: []',
        'imports: [Config.forRoot({ cache: true })]',
      ),
      'src/app.module.ts',
      /^/,
      "import { ConfigModule as Config } from '@nestjs/config';\n",
    );
    const { files } = await runNestAdd(app);
    expect(files['src/app.module.ts']!.match(/Config(Module)?\.forRoot/g)).toHaveLength(1);
  });

  it('gives an import another name if the app has a class of that name', async () => {
    const app = edited(
      edited(NEST_12, 'src/app.module.ts', 'imports: []', 'imports: [ConfigModule]'),
      'src/app.module.ts',
      /^/,
      "import { ConfigModule } from './config.module.js';\n",
    );
    const { files } = await runNestAdd(app);
    expect(files['src/app.module.ts']).toContain('import { ConfigModule as NestConfigModule }');
    expect(files['src/app.module.ts']).toContain(
      '    NestConfigModule.forRoot(),\n    ConfigModule,',
    );
  });

  it('adds the variables that .env.example does not have', async () => {
    const { files } = await runNestAdd({
      ...NEST_12,
      '.env.example': 'PORT=3000\nWECHAT_APPID=wx1',
    });
    expect(files['.env.example']).toMatch(
      /^PORT=3000\nWECHAT_APPID=wx1\n\n# PostgreSQL.*\nDATABASE_URL=/,
    );
    expect(files['.env.example']!.match(/^\w+(?==)/gm)).toEqual([
      'PORT',
      'WECHAT_APPID',
      'DATABASE_URL',
      'WECHAT_SECRET',
      'WECHAT_SESSION_SECRET',
      'WECHAT_ENCRYPTION_SECRET',
    ]);
  });

  it('adds no example controller if the app has a route /me, and tests a route of the package', async () => {
    const app = edited(NEST_12, 'src/app.controller.ts', '@Get()', "@Get('me')");
    const { files } = await runNestAdd(app);
    expect(Object.keys(files)).not.toContain('src/me.controller.ts');
    expect(files['src/app.module.ts']).toContain('controllers: [AppController],');
    expect(files['test/wechat-login.e2e-spec.ts']).toContain('`${url}/wechat/session`');
  });

  it('adds a test with the FastifyAdapter if the app starts with one', async () => {
    const app = edited(NEST_12, 'src/main.ts', '(AppModule)', '(AppModule, new FastifyAdapter())');
    const test = (await runNestAdd(app)).files['test/wechat-login.e2e-spec.ts'];
    expect(test).toContain("import { FastifyAdapter } from '@nestjs/platform-fastify';");
    expect(test).toContain('createNestApplication(new FastifyAdapter())');
  });

  it('adds no test if the app has neither Jest nor Vitest, and says so', async () => {
    const app = edited(NEST_12, 'package.json', '"vitest"', '"mocha"');
    const { files, printed } = await runNestAdd(app);
    expect(Object.keys(files).filter((path) => path.startsWith('test/'))).toEqual([]);
    expect(printed).toContain('- Write a test of the login');
  });

  it('keeps the line ends of Windows', async () => {
    const app = edited(NEST_12, 'src/app.module.ts', /\n/g, '\r\n');
    const { files } = await runNestAdd(app);
    expect(files['src/app.module.ts']).not.toMatch(/[^\r]\n/);
  });

  it('wires the app of a monorepo that the CLI names', async () => {
    const app = Object.fromEntries(
      Object.entries(NEST_12).map(([path, text]) => [
        path.replace(/^src\//, 'apps/api/src/'),
        text,
      ]),
    );
    const projects = { api: { type: 'application', sourceRoot: 'apps/api/src' } };
    const { files } = await runNestAdd(
      { ...app, 'nest-cli.json': JSON.stringify({ sourceRoot: 'apps/api/src', projects }) },
      { sourceRoot: 'apps/api/src' },
    );
    expect(files['apps/api/src/app.module.ts']).toContain('WechatAuthModule.forRootAsync');
    expect(files['apps/api/test/wechat-login.e2e-spec.ts']).toContain(
      "from '../src/app.module.js'",
    );
  });
});
