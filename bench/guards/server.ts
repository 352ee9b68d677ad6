import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import type { INestApplication, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Settings } from '../data/apps.js';
import { serve } from '../processes/serve.js';
import { countStatements, usage, type Usage } from '../processes/usage.js';
import { guardPeers, type GuardPeer } from './peers.js';

export type Platform = 'Fastify' | 'Express';

export interface ServerConfig {
  readonly peer: GuardPeer;
  readonly platform: Platform;
  readonly settings: Settings;
}

export interface ServerCommands {
  readonly url: () => string;
  readonly usage: () => Usage;
  /** Bytes of the heap after a full collection. */
  readonly heap: () => number;
}

async function create({ peer, platform, settings }: ServerConfig): Promise<INestApplication> {
  const module = guardPeers[peer].module(settings);
  const options: NestApplicationOptions = { logger: ['error', 'warn'] };
  return platform === 'Fastify'
    ? NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), options)
    : NestFactory.create(module, new ExpressAdapter(), options);
}

function heap(): number {
  // Twice: what finalisers let go of is free after the second.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

serve<ServerCommands>(async (config) => {
  countStatements();
  const app = await create(config as ServerConfig);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return {
    commands: { url: () => `http://127.0.0.1:${String(port)}/me`, usage, heap },
    close: () => app.close(),
  };
});
