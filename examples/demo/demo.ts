import type { AddressInfo, Server } from 'node:net';
import { ConsoleLogger, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { WechatAuthConfigError } from '../../src/index.js';
import { DemoModule } from './demo.module.js';
import { serveDocs } from './docs.js';
import { DemoError, explained, portFrom, prepareEnvironment } from './environment.js';
import { servePage } from './page.js';

/** A running demo. */
export interface Demo {
  readonly url: string;
  /** Absent with the real WeChat. */
  readonly sandboxUrl: string | undefined;
}

/**
 * Starts the demo.
 * @param stops - receives a function that stops each started part, the last part first
 */
export async function startDemo(
  stops: (() => Promise<unknown>)[],
  options: NestApplicationOptions = {},
): Promise<Demo> {
  const port = portFrom('PORT', 3000);
  const { HOST = '' } = process.env;
  const host = HOST === '' ? '127.0.0.1' : HOST;
  const environment = await prepareEnvironment();
  stops.unshift(() => environment.stop());
  const app = await NestFactory.create<NestExpressApplication>(DemoModule.with(environment), {
    // The caller reports why it does not start, so Nest must not.
    logger: false,
    abortOnError: false,
    // Browsers open connections in advance, which would delay a stop.
    forceCloseConnections: true,
    ...options,
  }).catch((error: unknown) => {
    throw inWords(error);
  });
  stops.unshift(() => app.close());
  const sandboxUrl = environment.sandbox?.url;
  await servePage(app, sandboxUrl);
  serveDocs(app);
  await app.listen(port, host).catch((error: unknown) => {
    throw explained(error, port, 'PORT');
  });
  if (options.logger === undefined) {
    app.useLogger(new ConsoleLogger({ logLevels: ['error', 'warn'] }));
  }
  const address = (app.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://${shownHost(host)}:${String(address.port)}`, sandboxUrl };
}

/** The URL for a browser, which cannot open the address of all interfaces. */
function shownHost(host: string): string {
  if (['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** The errors that the environment causes. */
function inWords(error: unknown): unknown {
  if (error instanceof WechatAuthConfigError) return new DemoError(error.message);
  if (!process.env.DATABASE_URL || !(error instanceof Error)) return error;
  return new DemoError(
    `The database of DATABASE_URL refuses: ${error.message || String((error as NodeJS.ErrnoException).code)}. Is it running, and are the user, password and database right?`,
  );
}
