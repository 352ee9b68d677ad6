// An app in a separate process: it prints its URL, closes when its standard input ends
// or, like the README's app for rolling restarts, after a SIGTERM, and must then exit.
import 'reflect-metadata';
import { setTimeout } from 'node:timers/promises';
import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { startApp } from './app.js';
import { platforms } from './platforms.js';

/** Longer than the load balancer needs to detect it. */
const DRAIN_MS = 1000;

let isStopping = false;

/** The health check of the load balancer. */
@Controller('ready')
class ReadyController {
  @Get()
  ready(): string {
    if (isStopping) throw new ServiceUnavailableException('stopping');
    return 'ready';
  }
}

const [databaseUrl = '', wechatUrl = '', name] = process.argv.slice(2);
const platform = platforms.find((each) => each.name === name) ?? platforms[0];
const metadata = { controllers: [ReadyController] };
const { app, url } = await startApp({ platform, databaseUrl, wechatUrl, metadata });

async function stop(): Promise<void> {
  isStopping = true;
  await setTimeout(DRAIN_MS);
  await app.close();
  process.stdin.destroy();
}

process.once('SIGTERM', () => void stop());
process.stdin.once('end', () => void app.close()).resume();
process.stdout.write(`${url}\n`);
