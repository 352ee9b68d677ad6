import { setRevokedSessions, type Database } from './data/database.js';
import type { Ticket } from './data/tickets.js';
import { countNewUsers } from './data/users.js';
import { number } from './report/format.js';
import type { Group, Shots } from './rows.js';
import { Servers, type Bench } from './servers.js';

/** Prints the progress of the run. */
export function say(text: string): void {
  process.stderr.write(`${process.uptime().toFixed(0).padStart(4)} s  ${text}\n`);
}

/** Measures all rows in each round, so that changes of the machine affect all of them. */
export async function measure(bench: Bench, group: Group, tickets: Ticket[]): Promise<Shots> {
  const { database } = bench;
  const [rounds, seconds, warmUpSeconds] = group.rounds;
  const rows = Object.entries(group.rows);
  const servers = new Servers(bench, tickets);
  const usersBefore = await newUsersIn(database);
  for (const [, row] of rows) if (warmUpSeconds > 0) await servers.measure(row, warmUpSeconds);
  const turns = group.isInSequence
    ? rows.flatMap((row) => Array.from({ length: rounds }, () => row))
    : Array.from({ length: rounds }, () => rows).flat();
  const shots: Shots = {};
  for (const [name, row] of turns) {
    if (row.revokedSessions) await setRevokedSessions(database, row.revokedSessions);
    const shot = await servers.measure(row, seconds, group.columns.includes('heap'));
    (shots[name] ??= []).push(shot);
    const figures = Object.entries(shot).map(([figure, value]) => `${figure} ${number(value)}`);
    say(`${group.id} ${shots[name].length}/${rounds} ${name}: ${figures.join(', ')}`);
  }
  const [added, made] = [(await newUsersIn(database)) - usersBefore, await servers.newUsers()];
  // Over HTTP the users are created here, and some logins are still in progress at the end.
  if (group.id === 'stored' && added !== made) {
    throw new Error(`${made} new users, but ${added} new rows.`);
  }
  await servers.stop();
  return shots;
}

const newUsersIn = async (database: Database): Promise<number> =>
  (await database.query<{ count: number }>(countNewUsers))[0]?.count ?? NaN;
