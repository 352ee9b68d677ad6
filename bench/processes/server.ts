import 'reflect-metadata';
import { Client } from 'pg';
import { createApp } from '../app/app.js';
import { startBareLogins } from '../app/bare-logins.js';
import { callsOf, type Call } from '../app/calls.js';
import { newUsers } from '../data/users.js';
import type { Settings } from '../settings.js';
import { serve } from './child.js';

let calls: Readonly<Record<string, Call>> = {};
let statements = 0;

const { query } = Client.prototype as { query: (...args: unknown[]) => unknown };
Client.prototype.query = function counted(this: Client, ...args: unknown[]): never {
  statements++;
  return query.apply(this, args) as never;
};

async function startApp(settings: Settings): Promise<string> {
  const app = await createApp(settings);
  calls = await callsOf(app, settings);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

export const functions = {
  // These two return the address.
  startApp,
  startBareLogins,

  /** Makes calls for some time, `concurrency` of them in parallel. */
  loop: async (name: string, concurrency: number, seconds: number) => {
    const call = calls[name];
    if (call === undefined) throw new Error(`There is no call ${name}.`);
    const start = performance.now();
    let requests = 0;
    const oneAfterAnother = async (): Promise<void> => {
      while (performance.now() < start + seconds * 1000) {
        // Not `requests += await …`: that would add to the value before the call.
        const made = await call();
        requests += made;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, oneAfterAnother));
    return { requests, perSecond: (requests * 1000) / (performance.now() - start) };
  },

  /** Since the process began; `cpu` are microseconds of processor time. */
  usage: () => {
    const { user, system } = process.cpuUsage();
    return { cpu: user + system, statements, newUsers: newUsers() };
  },

  /** Megabytes after a full collection. */
  heap: () => {
    // Twice: objects with finalisers are freed by the second one.
    globalThis.gc?.();
    globalThis.gc?.();
    return process.memoryUsage().heapUsed / 2 ** 20;
  },
};
serve(functions);
