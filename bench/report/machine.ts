import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';
import { POSTGRES_FLAGS } from '../data/database.js';
import type { Results } from '../run.js';
import { number, table } from './format.js';

const PACKAGES =
  '@nestjs/core fastify express typeorm pg @nestjs/jwt passport-jwt axios undici autocannon';

function versions(): string[] {
  return PACKAGES.split(' ').map((name) => {
    const manifest = readFileSync(`node_modules/${name}/package.json`, 'utf8');
    return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
  });
}

/** Processes that wanted a core in the last minute. */
export const machineLoad = (): string => (loadavg()[0] ?? NaN).toFixed(2);

/** What the figures depend on beside the code. */
export function machineTable({ plan, postgres }: Results, loadBefore: string): string {
  const processor = `${cpus()[0]?.model.trim() ?? ''}, ${String(availableParallelism())} cores`;
  const software = [`Node ${process.versions.node}`, ...versions(), `PostgreSQL ${postgres}`];
  const rows = [
    ['Command', `\`${plan.command}\``],
    ['Date', new Date().toISOString().slice(0, 10)],
    ['Processor', processor],
    ['Memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ['System', `${type()}, ${process.arch}`],
    ['Load before it began', loadBefore],
    ['Versions', software.join(', ')],
    ['Rows', `${number(plan.users)} users, ${number(plan.revokedSessions)} revoked sessions`],
    ['PostgreSQL settings', POSTGRES_FLAGS.map((flag) => `\`${flag}\``).join(', ')],
  ];
  return table(['', ''], rows).replace('---:', '---');
}
