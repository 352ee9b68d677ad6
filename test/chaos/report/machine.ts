import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';

/** What the figures depend on besides the code. */
export interface Machine {
  readonly processor: string;
  readonly memory: string;
  readonly system: string;
  /** The load average before the run. */
  readonly load: string;
}

export const machine = (): Machine => ({
  processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${String(availableParallelism())} cores`,
  memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
  system: `${type()}, ${process.arch}`,
  load: (loadavg()[0] ?? NaN).toFixed(2),
});

const PACKAGES = ['@nestjs/core', 'fastify', 'express', 'typeorm', 'pg', '@nestjs/jwt'];

/** The installed versions of Node and of the relevant packages. */
export function versions(): string {
  const installed = PACKAGES.map((name) => {
    const manifest = readFileSync(`node_modules/${name}/package.json`, 'utf8');
    return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
  });
  return [`Node ${process.versions.node}`, ...installed].join(', ');
}
