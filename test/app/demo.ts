import type { AddressInfo, Server } from 'node:net';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DemoModule } from './demo.module.js';
import { serveDocs } from './docs.js';
import { DemoError, explained, portFrom, prepareEnvironment } from './environment.js';
import { servePage } from './page.js';

/** A demo that runs. */
export interface Demo {
  readonly url: string;
  /** Absent where the real WeChat is asked. */
  readonly sandboxUrl: string | undefined;
}

/**
 * Starts the demo.
 * @param stops - gets, one after the other, what stops each thing that was started; the last first
 */
export async function startDemo(
  stops: (() => Promise<unknown>)[],
  options: NestApplicationOptions = {},
): Promise<Demo> {
  const port = portFrom('PORT', 3000);
  const environment = await prepareEnvironment();
  stops.unshift(() => environment.stop());
  const app = await NestFactory.create<NestExpressApplication>(DemoModule.with(environment), {
    logger: ['error', 'warn'],
    abortOnError: false,
    // Browsers open connections in advance, which would have a stop wait.
    forceCloseConnections: true,
    ...options,
  }).catch((error: unknown) => {
    throw databaseError(error);
  });
  stops.unshift(() => app.close());
  const sandboxUrl = environment.sandbox?.url;
  await servePage(app, sandboxUrl);
  serveDocs(app);
  await app.listen(port).catch((error: unknown) => {
    throw explained(error, port, 'PORT');
  });
  const address = (app.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://localhost:${String(address.port)}`, sandboxUrl };
}

function databaseError(error: unknown): unknown {
  if (!process.env.DATABASE_URL || !(error instanceof Error)) return error;
  return new DemoError(
    `The database of DATABASE_URL refuses: ${error.message || String((error as NodeJS.ErrnoException).code)}. Is it running, and are the user, password and database right?`,
  );
}
