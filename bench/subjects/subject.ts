import { Module, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** The mini program of the benchmark. */
export interface App {
  readonly appid: string;
  readonly secret: string;
}

/** What every process of a run needs to know. */
export interface Settings {
  readonly app: App;
  readonly databaseUrl: string;
  /** Where the stand-in for WeChat is. */
  readonly wechatUrl: string;
  /** Of the tokens that the peers take: a string, as in their documentation. */
  readonly jwtSecret: string;
  /** How many users there are. */
  readonly users: number;
  /** A file of tickets. */
  readonly tickets: string;
}

export type Platform = 'Fastify' | 'Express';

export type Setup = Settings & { readonly platform?: Platform; readonly poolSize?: number };

/** What is measured: a server, or functions to call in a loop. */
export interface Subject {
  readonly url?: string;
  readonly calls?: Readonly<Record<string, LoopCall>>;
}

/** One pass of a loop: returns how many calls it made, and how many users it added. */
export type LoopCall = () => Promise<{ readonly calls: number; readonly newUsers: number }>;

@Module({})
class AppModule {}

/** A Nest application that listens. */
export const server =
  (metadata: (setup: Setup) => ModuleMetadata) =>
  async (setup: Setup): Promise<Subject> => {
    const module = { module: AppModule, ...metadata(setup) };
    const options = { logger: ['error' as const, 'warn' as const] };
    const app: INestApplication =
      setup.platform === 'Express'
        ? await NestFactory.create(module, new ExpressAdapter(), options)
        : await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), options);
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl() };
  };
