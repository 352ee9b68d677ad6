/** @jest-environment ./schematics/testing/devkit-environment.js */
import { describe, expect, it } from '@jest/globals';
import { runNestAdd } from '../../testing/nest-add.js';
import { NEST_12, without, type Files } from '../../testing/nest-new.js';

const edited = (path: string, from: string | RegExp, to: string): Files => ({
  ...NEST_12,
  [path]: NEST_12[path]!.replace(from, to),
});

const inModule = (from: string, to: string): Files => edited('src/app.module.ts', from, to);
const inMain = (from: string, to: string): Files => edited('src/main.ts', from, to);

const withTypeOrm = (call: string): Files => ({
  ...NEST_12,
  'src/database.module.ts': `import { TypeOrmModule } from '@nestjs/typeorm';\n@Module({ imports: [${call}] })\nexport class DatabaseModule {}\n`,
});

const cases: [title: string, app: Files, reason: RegExp][] = [
  ['no package.json', without(NEST_12, 'package.json'), /no package\.json/],
  ['Nest 10', edited('package.json', /\^12/g, '^10'), /this needs 11 or 12/],
  ['no main.ts', without(NEST_12, 'src/main.ts'), /There is no src\/main\.ts/],
  ['no NestFactory.create', inMain('.create(', '.createMicroservice('), /no single NestFactory/],
  ['a module that is made by a call', inMain('(AppModule)', '(createModule())'), /no single Nest/],
  ['two apps in main.ts', inMain('await app', 'NestFactory.create(Other); app'), /no single Nest/],
  [
    'a module that is not imported',
    inMain('import { AppModule }', 'import'),
    /does not import App/,
  ],
  [
    'a module in a package',
    inMain('./app.module.js', '@acme/app'),
    /@acme\/app\.ts does not exist/,
  ],
  ['no class AppModule', inModule('class AppModule', 'class Other'), /has no class AppModule/],
  ['no @Module', inModule('@Module', '@Global'), /no @Module\(\{ … \}\) with an object literal/],
  ['a module without a literal', inModule('@Module({', '@Module(metadata, {'), /an object literal/],
  [
    'imports without a literal',
    inModule('imports: []', 'imports: modules'),
    /imports .* array literal/,
  ],
  ['imports in shorthand', inModule('imports: []', 'imports'), /imports .* array literal/],
  [
    'controllers without a literal',
    inModule('[AppController]', '[AppController].concat(others)'),
    /controllers .* array literal/,
  ],
  [
    'Mongoose',
    edited('package.json', '"rxjs"', '"@nestjs/mongoose": "^12.0.0", "rxjs"'),
    /stores its data with Mongoose/,
  ],
  ['MySQL', withTypeOrm("TypeOrmModule.forRoot({ type: 'mysql' })"), /the type "mysql"/],
  [
    'MySQL from a factory',
    withTypeOrm("TypeOrmModule.forRootAsync({ useFactory: () => ({ type: 'mysql' as const }) })"),
    /the type "mysql"/,
  ],
  [
    'named DataSources alone',
    withTypeOrm("TypeOrmModule.forRoot({ name: 'users', type: 'postgres' })"),
    /All DataSources of the app have names/,
  ],
  [
    'a DataSource without TypeOrmModule',
    { ...NEST_12, 'src/database.ts': 'export const users = new DataSource({});' },
    /src\/database\.ts opens a DataSource without TypeOrmModule/,
  ],
];

describe('nest add nestjs-wechat-auth', () => {
  it.each(cases)('leaves an app with %s as it is, and says why', async (_, app, reason) => {
    const refusal = runNestAdd(app);
    await expect(refusal).rejects.toThrow(reason);
    await expect(refusal).rejects.toThrow('No file was changed.');
  });

  it('leaves a monorepo as it is if no project is named', async () => {
    const projects = { api: { sourceRoot: 'apps/api/src' }, web: { sourceRoot: 'apps/web/src' } };
    const app = { ...NEST_12, 'nest-cli.json': JSON.stringify({ projects }) };
    await expect(runNestAdd(app, {})).rejects.toThrow(/several projects: name one with --project/);
  });

  it('takes the folder of nest-cli.json if the CLI gives none', async () => {
    const { files } = await runNestAdd(NEST_12, {});
    expect(files['src/app.module.ts']).toContain('WechatAuthModule');
  });
});
