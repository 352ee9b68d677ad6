import 'reflect-metadata';
import { randomBytes, randomInt } from 'node:crypto';
import type { Settings } from '../data/apps.js';
import { NEWCOMER, openid, userId } from '../data/population.js';
import { serve } from '../processes/serve.js';
import { countStatements, usage, type Usage } from '../processes/usage.js';
import { loginPeers, type Keeper, type LoginPeer } from './peers.js';

export interface KeeperConfig {
  readonly peer: LoginPeer;
  readonly settings: Settings;
}

export interface Rush {
  readonly seconds: number;
  readonly concurrency: number;
  /** Of the logins, those of users who were never here; the others are any of `users`. */
  readonly newShare: number;
  readonly users: number;
}

export interface Kept {
  readonly logins: number;
  readonly newUsers: number;
  readonly perSecond: number;
}

export interface KeeperCommands {
  readonly rush: (rush: Rush) => Promise<Kept>;
  readonly usage: () => Usage;
}

let newcomers = 0;

async function logIn(keeper: Keeper, { users, newShare }: Rush): Promise<boolean> {
  const isNew = Math.random() < newShare;
  const n = randomInt(users);
  const newcomer = `${NEWCOMER}${String(process.pid)}-${String(newcomers++)}`.padEnd(28, '-');
  const id = await keeper.keep({
    openid: isNew ? newcomer : openid(n),
    unionid: undefined,
    sessionKey: randomBytes(16).toString('base64'),
  });
  if (!isNew && id !== userId(n)) throw new Error(`${openid(n)} got the id ${id}.`);
  return isNew;
}

async function rush(keeper: Keeper, orders: Rush): Promise<Kept> {
  const start = performance.now();
  const end = start + orders.seconds * 1000;
  let [logins, newUsers] = [0, 0];
  const oneAfterAnother = async (): Promise<void> => {
    while (performance.now() < end) {
      if (await logIn(keeper, orders)) newUsers++;
      logins++;
    }
  };
  await Promise.all(Array.from({ length: orders.concurrency }, oneAfterAnother));
  const seconds = (performance.now() - start) / 1000;
  return { logins, newUsers, perSecond: logins / seconds };
}

serve<KeeperCommands>(async (config) => {
  const { peer, settings } = config as KeeperConfig;
  countStatements();
  const keeper = await loginPeers[peer].open(settings);
  return {
    commands: { rush: (orders) => rush(keeper, orders), usage },
    close: () => keeper.close(),
  };
});
