import type { CallTimes, MicroCommands } from '../micro/micro.js';
import { Cleanup } from '../processes/cleanup.js';
import { Worker } from '../processes/worker.js';
import { say, type Bench } from './bench.js';

export function measureVerify({ plan, settings, tickets }: Bench): Promise<readonly CallTimes[]> {
  const { rounds, calls } = plan.verify;
  return Cleanup.around(async (cleanup) => {
    const config = { settings, tickets: tickets.ours, asksPostgres: false };
    const micro = await cleanup.use(Worker.start<MicroCommands>('micro/micro.js', config));
    await micro.ask('verify', { calls });
    const times: CallTimes[] = [];
    for (let round = 1; round <= rounds; round++) {
      const each = await micro.ask('verify', { calls });
      times.push(each);
      say(
        `verify ${String(round)}/${String(rounds)}: empty guard ${each.empty.toFixed(3)} µs, verify ${each.verify.toFixed(3)} µs, whole guard without the probe ${each.guard.toFixed(3)} µs`,
      );
    }
    return times;
  });
}
