import { execFileSync } from 'node:child_process';
import { postgresAccount } from '../../../examples/demo/postgres/postgres-home.js';

/** Hands a folder to the user that Postgres runs as, where that is another one than ours. */
export function ownedByPostgres(folder: string): void {
  const account = postgresAccount();
  if (account.uid === undefined) return;
  execFileSync('chown', ['-R', `${String(account.uid)}:${String(account.gid)}`, folder]);
}
