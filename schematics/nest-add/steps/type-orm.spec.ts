/** @jest-environment ./schematics/testing/devkit-environment.js */
import { describe, expect, it } from '@jest/globals';
import { runNestAdd } from '../../testing/nest-add.js';
import { NEST_12 } from '../../testing/nest-new.js';

/** Runs it on an app with this call in a module of its own. @returns that module, and what it says */
async function added(call: string): Promise<{ module: string; printed: string }> {
  const { files, printed } = await runNestAdd({
    ...NEST_12,
    'src/database.module.ts': `import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

@Module({
  imports: [
    ${call},
  ],
})
export class DatabaseModule {}
`,
  });
  expect(files['src/app.module.ts']).not.toContain('TypeOrmModule');
  expect(files['.env.example']).not.toContain('DATABASE_URL');
  return { module: files['src/database.module.ts']!, printed };
}

const forRoot = (options: string): string =>
  `TypeOrmModule.forRoot({ type: 'postgres', ${options} })`;

describe('nest add nestjs-wechat-auth in an app with TypeORM', () => {
  it('adds the migrations and autoLoadEntities', async () => {
    const { module } = await added(forRoot('url: DATABASE_URL'));
    expect(module).toBe(`import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { wechatAuthMigrations } from 'nestjs-wechat-auth';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: DATABASE_URL,
      migrations: wechatAuthMigrations,
      migrationsRun: true,
      autoLoadEntities: true,
    }),
  ],
})
export class DatabaseModule {}
`);
  });

  it('adds the migrations to those of the app, and leaves when they run to the app', async () => {
    const { module, printed } = await added(
      forRoot("autoLoadEntities: true, migrations: ['dist/migrations/*.js']"),
    );
    expect(module).toContain("migrations: [...wechatAuthMigrations, 'dist/migrations/*.js']");
    expect(module).not.toContain('migrationsRun');
    expect(printed).toContain('- Run the migrations as you run yours');
  });

  it('leaves migrations that are there already', async () => {
    const option = 'migrations: wechatAuthMigrations, autoLoadEntities: true';
    expect((await added(forRoot(option))).module).toContain(`${forRoot(option)},\n`);
  });

  it('keeps migrationsRun: false', async () => {
    const { module } = await added(forRoot('migrationsRun: false'));
    expect(module.match(/migrationsRun.*/g)).toEqual(['migrationsRun: false,']);
  });

  it('says what to add to migrations that are not an array literal', async () => {
    const { module, printed } = await added(forRoot('migrations, autoLoadEntities: true'));
    expect(module).not.toContain('wechatAuthMigrations');
    expect(printed).toContain('add ...wechatAuthMigrations to the migrations, which are not');
  });

  it('says what to add to the entities if autoLoadEntities is false', async () => {
    const { printed } = await added(forRoot('autoLoadEntities: false'));
    expect(printed).toContain('add ...wechatAuthEntities to the entities');
  });

  it.each([
    ['options from elsewhere', 'TypeOrmModule.forRoot(options)'],
    ['options with a spread', 'TypeOrmModule.forRoot({ ...options, type: "postgres" })'],
    ['a type from elsewhere', 'TypeOrmModule.forRoot({ type: process.env.DATABASE })'],
    ['a factory', 'TypeOrmModule.forRootAsync({ useFactory: () => options })'],
    [
      'a cache that is not in PostgreSQL',
      'TypeOrmModule.forRoot({ ...options, cache: { type: "redis" } })',
    ],
  ])('leaves %s as they are, and says what to add', async (_, call) => {
    const { module, printed } = await added(call);
    expect(module).toContain(`    ${call},\n`);
    expect(module).not.toContain('wechatAuthMigrations');
    expect(printed).toContain('src/database.module.ts: add ...wechatAuthMigrations');
  });

  it('says what to add in a library of a monorepo, which other apps use', async () => {
    const projects = { database: { type: 'library', sourceRoot: 'libs/database/src' } };
    const { files, printed } = await runNestAdd({
      ...NEST_12,
      'nest-cli.json': JSON.stringify({ projects }),
      'libs/database/src/database.module.ts': `import { TypeOrmModule } from '@nestjs/typeorm';
@Module({ imports: [${forRoot('url')}] })
export class DatabaseModule {}
`,
    });
    expect(files['src/app.module.ts']).not.toContain('TypeOrmModule');
    expect(printed).toContain('libs/database/src/database.module.ts: add ...wechatAuthMigrations');
  });
});
