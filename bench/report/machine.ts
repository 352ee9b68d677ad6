import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';
import { POSTGRES_FLAGS } from '../data/database.js';
import { number, table } from './format.js';

const PACKAGES =
  '@nestjs/core fastify express typeorm pg @nestjs/jwt passport-jwt axios undici autocannon';

const versions = (): string[] =>
  PACKAGES.split(' ').map((name) => {
    const manifest = readFileSync(`node_modules/${name}/package.json`, 'utf8');
    return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
  });

/** What the figures depend on besides the code; the load is that of the last minute. */
export function machineTable(isQuick: boolean, users: number, postgres: string): string {
  const software = [`Node ${process.versions.node}`, ...versions(), `PostgreSQL ${postgres}`];
  const rows = [
    ['Command', isQuick ? '`npm run bench -- --quick`' : '`npm run bench`'],
    ['Date', new Date().toISOString().slice(0, 10)],
    ['Processor', `${cpus()[0]?.model.trim() ?? ''}, ${availableParallelism()} cores`],
    ['Memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ['System', `${type()}, ${process.arch}`],
    ['Load before it began', (loadavg()[0] ?? NaN).toFixed(2)],
    ['Versions', software.join(', ')],
    ['Users', number(users)],
    ['PostgreSQL settings', POSTGRES_FLAGS.map((flag) => `\`${flag}\``).join(', ')],
  ];
  return table(['What', 'Value'], rows).replace('---:', '---');
}
