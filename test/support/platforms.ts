import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TestingModule } from '@nestjs/testing';

/** An app that listens on 127.0.0.1. */
export interface ListeningApp {
  readonly app: INestApplication;
  readonly url: string;
}

type Prepare = (app: INestApplication) => void;

async function listen(app: INestApplication, prepare?: Prepare): Promise<ListeningApp> {
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  return { app, url: `http://127.0.0.1:${String(port)}` };
}

/** The HTTP platforms that the end-to-end tests run on. */
export const platforms = [
  {
    name: 'Express',
    listen: (module: TestingModule, prepare?: Prepare): Promise<ListeningApp> =>
      listen(module.createNestApplication(new ExpressAdapter()), prepare),
  },
  {
    name: 'Fastify',
    listen: (module: TestingModule, prepare?: Prepare): Promise<ListeningApp> =>
      listen(module.createNestApplication<NestFastifyApplication>(new FastifyAdapter()), prepare),
  },
] as const;

export type Platform = (typeof platforms)[number];
