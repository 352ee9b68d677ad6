import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Database } from '../postgres/database.js';
import { connected } from '../postgres/sql.js';
import type { World } from '../world.js';
import { repeatedly, type Fault } from './fault.js';

const LOCK_TABLES = 'LOCK TABLE wechat_user, wechat_revoked_session IN ACCESS EXCLUSIVE MODE';

/** A transaction of another client that stays open during the fault. */
function transaction(name: string, seconds: number, statement: string): Fault {
  let holder: Client | undefined;
  return {
    name,
    seconds,
    inject: async ({ database }) => {
      holder = new Client({ connectionString: database.url });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query(statement);
    },
    heal: () => holder?.end(),
  };
}

const lockForAMoment = ({ database }: World): Promise<void> =>
  connected(database.url, async (client) => {
    await client.query('BEGIN');
    await client.query(LOCK_TABLES);
    await sleep(400);
  });

const TIMEOUTS = {
  statement_timeout: '200ms',
  lock_timeout: '100ms',
  idle_session_timeout: '500ms',
};

const locksNowAndThen = repeatedly(600, lockForAMoment);

export const lockFaults: Fault[] = [
  transaction('Tables locked for 8 s', 8, LOCK_TABLES),
  transaction('The row of every user locked for 20 s', 20, 'SELECT FROM wechat_user FOR UPDATE'),
  {
    name: 'Short time-outs of the role (statement, lock, idle session), and locks now and then',
    seconds: 6,
    inject: async (world) => {
      for (const [setting, value] of Object.entries(TIMEOUTS)) {
        await world.database.query(`ALTER ROLE ${Database.role} SET ${setting} = '${value}'`);
      }
      await world.database.terminate();
      await locksNowAndThen.inject(world);
    },
    heal: async (world) => {
      await locksNowAndThen.heal(world);
      await world.database.query(`ALTER ROLE ${Database.role} RESET ALL`);
      await world.database.terminate();
    },
  },
];
