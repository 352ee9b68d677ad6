import 'reflect-metadata';
import { setTimeout } from 'node:timers/promises';
import { startDemo } from './demo.js';
import { DemoError } from './environment.js';
import { howToLogIn } from './how-to-log-in.js';

const stops: (() => Promise<unknown>)[] = [];
let interrupted = false;

async function start(): Promise<void> {
  const { url, sandboxUrl } = await startDemo(stops);
  if (interrupted) return;
  process.stdout.write(`ready: ${url}\n\n${howToLogIn(url, sandboxUrl)}\n`);
}

/** Stops what runs, the last started first. */
async function stop(): Promise<void> {
  for (const each of stops.splice(0)) await each();
}

async function fail(error: unknown): Promise<void> {
  // Ctrl-C may end a program of ours before we learn of it, and that is no failure.
  await setTimeout(50);
  if (!interrupted) {
    process.exitCode = 1;
    process.stderr.write(
      `The demo did not start. ${error instanceof DemoError ? error.message : String((error as Error).stack)}\n`,
    );
  }
  await stop();
}

const started = start().catch(fail);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Ctrl-C may come twice, from the terminal and from a parent that hands it on.
  process.on(signal, () => {
    interrupted = true;
    void started.then(stop);
  });
}
