import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** Stops all parts, the last started first. */
async function stop(): Promise<void> {
  for (const each of stops.splice(0)) await each();
}

async function fail(error: unknown): Promise<void> {
  // Ctrl-C may end a child process before this one gets the signal: this is not a failure.
  await sleep(50);
  if (!interrupted) {
    process.exitCode = 1;
    process.stderr.write(
      `The demo did not start. ${error instanceof DemoError ? error.message : String((error as Error).stack)}\n`,
    );
  }
  await stop();
}

const parent = process.ppid;
const started = start().catch(fail);

function interrupt(): void {
  interrupted = true;
  void started.then(stop);
}

// Ctrl-C may come twice, from the terminal and from a parent that forwards it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);

// A SIGTERM to `npm start` ends npm and its shell, and is not forwarded to this process.
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  interrupt();
}, 200).unref();
