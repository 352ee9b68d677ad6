import type { Database } from './data/database.js';
import { countNewUsers } from './data/users.js';
import type { Plan } from './plan.js';
import { Child } from './processes/child.js';
import type * as loadModule from './processes/load.js';
import type * as subjectModule from './processes/subject.js';
import type { Group, Row, Shot, Shots } from './rows.js';
import type { Settings } from './subjects/subject.js';

/** What every measurement works with. */
export interface Bench {
  readonly plan: Plan;
  readonly settings: Settings;
  readonly database: Database;
  /** For the processes of the library's server, such as `--cpu-prof`. */
  readonly execArgv: readonly string[];
}

interface Instance {
  readonly url: string;
  readonly child: Child<typeof subjectModule>;
}

type Length = { readonly seconds: number } | { readonly requests: number };

/** Shows how far the run is. */
export function say(text: string): void {
  process.stderr.write(`${process.uptime().toFixed(0).padStart(4)} s  ${text}\n`);
}

/** The processes of some rows, and the one that sends the requests. */
export class RunningSubjects {
  /** Users that the loops have added. */
  newUsers = 0;
  private readonly load = new Child<typeof loadModule>('./load.js');
  private readonly instances = new Map<string, Promise<Instance>>();

  constructor(private readonly bench: Bench) {}

  /** The processes of a row; those of another one where it needs the same. */
  instancesOf({ subject, setup, instances = 1 }: Row): Promise<Instance[]> {
    const { settings, execArgv } = this.bench;
    const start = async (): Promise<Instance> => {
      const flags = ['--expose-gc', ...(subject === 'ours' ? execArgv : [])];
      const child: Instance['child'] = new Child('./subject.js', flags);
      return { child, url: await child.call('start', subject, { ...settings, ...setup }) };
    };
    const all = Array.from({ length: instances }, (_, i) => {
      const key = JSON.stringify([subject, setup, i]);
      const instance = this.instances.get(key) ?? start();
      this.instances.set(key, instance);
      return instance;
    });
    return Promise.all(all);
  }

  /** One measurement. */
  async fire(row: Row, length: Length, tickets = this.bench.settings.tickets): Promise<Shot> {
    const instances = await this.instancesOf(row);
    const before = await usageOf(instances);
    const { requests, ...figures } = await this.work(row, instances, length, tickets);
    const after = await usageOf(instances);
    return {
      ...figures,
      micros: 1e6 / figures.perSecond,
      cpu: (after.cpu - before.cpu) / requests,
      statements: (after.statements - before.statements) / requests,
    };
  }

  async stop(): Promise<void> {
    const instances = await Promise.all(this.instances.values());
    await Promise.all(
      [this.load, ...instances.map(({ child }) => child)].map((child) => child.stop()),
    );
  }

  private async work(
    { subject, load }: Row,
    instances: Instance[],
    length: Length,
    tickets: string,
  ) {
    if ('path' in load) {
      const urls = instances.map(({ url }) => url + load.path);
      const tokens = subject === 'ours' ? 'ours' : 'peers';
      const { users } = this.bench.settings;
      return this.load.call('fire', { ...load, ...length, urls, tokens, tickets, users });
    }
    const [instance] = instances;
    if (instance === undefined || 'requests' in length) throw new Error('A loop takes seconds.');
    const { call, concurrency } = load;
    const result = await instance.child.call('loop', call, concurrency, length.seconds * 1000);
    this.newUsers += result.newUsers;
    return { requests: result.calls, perSecond: result.perSecond };
  }
}

async function usageOf(instances: Instance[]): Promise<{ cpu: number; statements: number }> {
  const all = await Promise.all(instances.map(({ child }) => child.call('usage')));
  return {
    cpu: all.reduce((sum, { cpu }) => sum + cpu, 0),
    statements: all.reduce((sum, { statements }) => sum + statements, 0),
  };
}

/** Measures every row in turn, round after round, so that a change of the machine meets them all. */
export async function measure(bench: Bench, { id, rounds: plan, rows }: Group): Promise<Shots> {
  const running = new RunningSubjects(bench);
  const usersBefore = await bench.database.query<{ count: number }>(countNewUsers);
  await Promise.all(Object.values(rows).map((row) => running.instancesOf(row)));
  for (const row of Object.values(rows)) await running.fire(row, { seconds: plan.warmUp });
  const shots: Shots = {};
  for (let round = 1; round <= plan.rounds; round++) {
    for (const [name, row] of Object.entries(rows)) {
      const shot = await running.fire(row, { seconds: plan.seconds });
      (shots[name] ??= []).push(shot);
      say(`${id} ${String(round)}/${String(plan.rounds)} ${name}: ${described(shot)}`);
    }
  }
  const usersAfter = await bench.database.query<{ count: number }>(countNewUsers);
  const added = Number(usersAfter[0]?.count) - Number(usersBefore[0]?.count);
  // Over HTTP some logins are still under way in the end.
  if (id === 'stored' && added !== running.newUsers) {
    throw new Error(`${String(running.newUsers)} new users, but ${String(added)} new rows.`);
  }
  await running.stop();
  return shots;
}

const described = ({ perSecond, p99 = NaN, cpu, statements }: Shot): string =>
  `${perSecond.toFixed(0)}/s, p99 ${p99.toFixed(2)} ms, ${cpu.toFixed(1)} µs of processor, ${statements.toFixed(3)} statements`;
