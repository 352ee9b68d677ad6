import 'reflect-metadata';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { AppModule } from './app.module.js';
import { DemoError, explained, portFrom, prepareEnvironment } from './environment.js';
import { howToLogIn } from './how-to-log-in.js';

const stops: (() => Promise<unknown>)[] = [];

async function start(): Promise<void> {
  const port = portFrom('PORT', 3000);
  const environment = await prepareEnvironment();
  stops.push(() => environment.stop());
  const module = AppModule.with(environment.databaseUrl, environment.wechat);
  const options: NestApplicationOptions = { logger: ['error', 'warn'], abortOnError: false };
  const app = await NestFactory.create(module, options).catch((error: unknown) => {
    throw databaseError(error);
  });
  stops.push(() => app.close());
  await app.listen(port).catch((error: unknown) => {
    throw explained(error, port, 'PORT');
  });
  const address = (app.getHttpServer() as Server).address() as AddressInfo;
  const url = `http://localhost:${String(address.port)}`;
  process.stdout.write(`ready: ${url}\n\n${howToLogIn(url, environment.sandbox?.url)}\n`);
}

/** Stops what runs, the last started first. */
async function stop(): Promise<void> {
  for (const each of stops.splice(0).reverse()) await each();
}

function databaseError(error: unknown): unknown {
  if (!process.env.DATABASE_URL || !(error instanceof Error)) return error;
  return new DemoError(
    `The database of DATABASE_URL refuses: ${error.message || String((error as NodeJS.ErrnoException).code)}. Is it running, and are the user, password and database right?`,
  );
}

async function fail(error: unknown): Promise<void> {
  process.exitCode = 1;
  process.stderr.write(
    `The demo did not start. ${error instanceof DemoError ? error.message : String((error as Error).stack)}\n`,
  );
  await stop();
}

const started = start().catch(fail);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Ctrl-C may come twice, from the terminal and from a parent that hands it on.
  process.on(signal, () => {
    void started.then(stop);
  });
}
