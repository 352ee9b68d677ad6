import type { MicroCommands, ProbeTimes } from '../micro/micro.js';
import { Cleanup } from '../processes/cleanup.js';
import { Worker } from '../processes/worker.js';
import { spreadOf, type Spread } from '../statistics.js';
import { say, type Bench } from './bench.js';

/** What a probe costs with so many revoked sessions, in microseconds. */
export interface ProbePoint {
  readonly rows: number;
  readonly alone: Spread;
  readonly together: Spread;
}

/** The last stage: it fills the table of revoked sessions as it goes. */
export function measureProbes(bench: Bench): Promise<readonly ProbePoint[]> {
  const { plan, settings, tickets, database } = bench;
  const { rows, rounds, seconds, warmUp } = plan.probes;
  return Cleanup.around(async (cleanup) => {
    const config = { settings, tickets: tickets.ours, asksPostgres: true };
    const micro = await cleanup.use(Worker.start<MicroCommands>('micro/micro.js', config));
    const points: ProbePoint[] = [];
    let there = 0;
    await database.forgetRevokedSessions();
    // Or the first point would pay for the compiler.
    await micro.ask('probe', { seconds: 5 * warmUp });
    for (const each of rows) {
      await database.addRevokedSessions(each - there);
      there = each;
      await micro.ask('probe', { seconds: warmUp });
      const times: ProbeTimes[] = [];
      for (let round = 0; round < rounds; round++)
        times.push(await micro.ask('probe', { seconds }));
      const point = pointOf(each, times);
      points.push(point);
      say(
        `${each.toExponential()} revoked: ${point.alone.median.toFixed(0)} µs alone, ${point.together.median.toFixed(1)} µs of 64`,
      );
    }
    return points;
  });
}

const pointOf = (rows: number, times: readonly ProbeTimes[]): ProbePoint => ({
  rows,
  alone: spreadOf(times.map(({ alone }) => alone)),
  together: spreadOf(times.map(({ together }) => together)),
});
