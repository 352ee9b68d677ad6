import type { Kept, KeeperCommands, KeeperConfig, Rush } from '../logins/keeper.js';
import { loginPeerNames, loginPeers, type LoginPeer } from '../logins/peers.js';
import { Cleanup } from '../processes/cleanup.js';
import { Worker } from '../processes/worker.js';
import { say, type Bench } from './bench.js';
import { inTurn } from './in-turn.js';

/** One measurement of one way to keep logins. */
export interface LoginShot extends Kept {
  /** Microseconds of the process's own time, per login. */
  readonly cpu: number;
  readonly statements: number;
}

export type LoginFigures = Readonly<Record<LoginPeer, readonly LoginShot[]>>;

type Keepers = Readonly<Record<LoginPeer, Worker<KeeperCommands>>>;

export function measureLogins(bench: Bench): Promise<LoginFigures> {
  const { rounds, seconds, warmUp } = bench.plan.logins;
  return Cleanup.around(async (cleanup) => {
    const keepers = await startKeepers(bench, cleanup);
    for (const peer of loginPeerNames) await rush(bench, keepers[peer], warmUp);
    return inTurn(loginPeerNames, rounds, async (peer, round) => {
      const shot = await rush(bench, keepers[peer], seconds);
      const { perSecond, cpu, statements } = shot;
      say(
        `logins ${round} ${loginPeers[peer].label}: ${perSecond.toFixed(0)}/s, ${cpu.toFixed(0)} µs of processor and ${statements.toFixed(2)} statements each`,
      );
      return shot;
    });
  });
}

async function startKeepers({ settings, execArgv }: Bench, cleanup: Cleanup): Promise<Keepers> {
  const start = (peer: LoginPeer): Promise<Worker<KeeperCommands>> => {
    const config: KeeperConfig = { peer, settings };
    const flags = peer === 'ours' ? execArgv : [];
    return cleanup.use(Worker.start<KeeperCommands>('logins/keeper.js', config, flags));
  };
  return {
    findThenSave: await start('findThenSave'),
    typeormUpsert: await start('typeormUpsert'),
    bareStatement: await start('bareStatement'),
    preparedStatement: await start('preparedStatement'),
    ours: await start('ours'),
  };
}

/** @throws where the table has not grown by exactly the users who are new. */
async function rush(
  { plan, database }: Bench,
  keeper: Worker<KeeperCommands>,
  seconds: number,
): Promise<LoginShot> {
  const { concurrency, newShare } = plan.logins;
  const orders: Rush = { seconds, concurrency, newShare, users: plan.users };
  const newcomers = await database.newcomers();
  const before = await keeper.ask('usage', undefined);
  const kept = await keeper.ask('rush', orders);
  const after = await keeper.ask('usage', undefined);
  const added = (await database.newcomers()) - newcomers;
  if (added !== kept.newUsers) {
    throw new Error(
      `${String(kept.newUsers)} new users logged in, and ${String(added)} are there.`,
    );
  }
  return {
    ...kept,
    cpu: (after.cpu - before.cpu) / kept.logins,
    statements: (after.statements - before.statements) / kept.logins,
  };
}
