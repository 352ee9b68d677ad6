import { Cleanup } from '../processes/cleanup.js';
import { say, type Bench } from './bench.js';
import { GuardServers } from './guard-servers.js';

/** Bytes of the heap after a collection: after the warm-up, and at even distances from then on. */
export interface MemoryFigures {
  readonly afterWarmUp: number;
  readonly later: readonly number[];
}

const PARTS = 4;

export function measureMemory(bench: Bench): Promise<MemoryFigures> {
  const { connections, memory } = bench.plan;
  return Cleanup.around(async (cleanup) => {
    const servers = await GuardServers.start(bench, 'Fastify', cleanup, ['ours']);
    const after = async (requests: number): Promise<number> => {
      await servers.fire('ours', { connections, requests }, bench.tickets.many);
      const heap = await servers.heap('ours');
      say(`heap after ${String(requests)} more requests: ${(heap / 2 ** 20).toFixed(1)} MB`);
      return heap;
    };
    const afterWarmUp = await after(memory.warmUp);
    const later: number[] = [];
    for (let part = 0; part < PARTS; part++) later.push(await after(memory.requests / PARTS));
    return { afterWarmUp, later };
  });
}
