// The module of an example in a process of its own, beside a DataSource: it prints where it listens,
// and closes when its standard input ends.
import 'reflect-metadata';
import { resolve } from 'node:path';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { wechatAuthMigrations } from '../../src/index.js';
import { LogCapture } from './log-capture.js';
import { platforms } from './platforms.js';

const [path = '', exported = '', platformName] = process.argv.slice(2);
const { [exported]: AppModule } = (await import(resolve(path))) as Record<string, Type>;
if (AppModule === undefined) throw new Error(`${path} has no ${exported}.`);
const typeOrm = TypeOrmModule.forRoot({
  type: 'postgres',
  url: process.env.DATABASE_URL ?? '',
  autoLoadEntities: true,
  migrations: wechatAuthMigrations,
  migrationsRun: true,
});
const module = await Test.createTestingModule({ imports: [typeOrm, AppModule] })
  .setLogger(new LogCapture())
  .compile();
const platform = platforms.find(({ name }) => name === platformName) ?? platforms[0];
const { app, url } = await platform.listen(module);

process.stdin.once('end', () => void app.close()).resume();
process.stdout.write(`${url}\n`);
