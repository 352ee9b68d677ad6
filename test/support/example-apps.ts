// Modules of examples, each an app of its own beside a DataSource, in a process without a sandbox:
// it prints where they listen as JSON, and closes them when its standard input ends.
import 'reflect-metadata';
import { resolve } from 'node:path';
import { Logger, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { wechatAuthMigrations } from '../../src/index.js';
import { LogCapture } from './log-capture.js';
import { platforms } from './platforms.js';

const [platformName, ...examples] = process.argv.slice(2);
const platform = platforms.find(({ name }) => name === platformName) ?? platforms[0];

// Standard output is for the addresses.
Logger.overrideLogger(new LogCapture());

const apps: INestApplication[] = [];
const urls: Record<string, string> = {};
/** An example is the path of its file, `#`, and the name of its module. */
for (const example of examples) {
  const [path = '', name = ''] = example.split('#');
  const { [name]: AppModule } = (await import(resolve(path))) as Record<string, Type>;
  if (AppModule === undefined) throw new Error(`${path} has no ${name}.`);
  const module = await Test.createTestingModule({ imports: [AppModule, dataSource()] })
    .setLogger(new LogCapture())
    .compile();
  const { app, url } = await platform.listen(module);
  apps.push(app);
  urls[example] = url;
}

function dataSource(): ReturnType<typeof TypeOrmModule.forRoot> {
  return TypeOrmModule.forRoot({
    type: 'postgres',
    url: process.env.DATABASE_URL ?? '',
    autoLoadEntities: true,
    migrations: wechatAuthMigrations,
    migrationsRun: true,
  });
}

process.stdin.once('end', () => void Promise.all(apps.map((app) => app.close()))).resume();
process.stdout.write(`${JSON.stringify(urls)}\n`);
