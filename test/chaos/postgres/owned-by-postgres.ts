import { execFileSync } from 'node:child_process';
import { postgresAccount } from '../../../examples/demo/postgres/postgres-home.js';

/** Changes the owner of a folder to the user of Postgres, if that is another user. */
export function ownedByPostgres(folder: string): void {
  const account = postgresAccount();
  if (account.uid === undefined) return;
  execFileSync('chown', ['-R', `${String(account.uid)}:${String(account.gid)}`, folder]);
}
