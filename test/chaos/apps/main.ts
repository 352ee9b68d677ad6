// An app in a separate process. It receives its settings, and reports its URL.
import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { ConsoleLogger, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { describeWechatAuth } from '../../../src/index.js';
import { AppModule } from './app.module.js';
import { makeMistake } from './mistakes.js';
import type { AppSettings, Listening, Request, Usage } from './settings.js';

const settings = JSON.parse(process.env.CHAOS_APP ?? '{}') as AppSettings;

function create(): Promise<INestApplication> {
  const module = AppModule.with(settings);
  const options = { logger: new ConsoleLogger({ logLevels: ['error', 'warn'], colors: false }) };
  return settings.platform === 'Fastify'
    ? NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), options)
    : NestFactory.create(module, new ExpressAdapter(), options);
}

function usage(): Usage {
  // Twice: objects with finalisers are freed by the second one.
  globalThis.gc?.();
  globalThis.gc?.();
  return {
    heap: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().length,
  };
}

makeMistake(settings);
const app = await create();
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');

const requests: Record<Request, () => unknown> = {
  usage,
  /** An app whose own code resets the session of connections in the pool. */
  discard: () => app.get(DataSource).query('DISCARD ALL'),
};
process.on('message', (request: Request) => {
  void Promise.resolve(requests[request]()).then((answer) => process.send?.(answer ?? {}));
});
// The run has ended.
process.once('disconnect', () => process.exit());

const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
process.send?.({
  url: `http://127.0.0.1:${String(port)}`,
  openApi: describeWechatAuth(SwaggerModule.createDocument(app, new DocumentBuilder().build())),
} satisfies Listening);
