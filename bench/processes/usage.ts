import { Client } from 'pg';

/** What a process has used since it began. */
export interface Usage {
  /** Microseconds of processor time. */
  readonly cpu: number;
  /** Sent to Postgres. */
  readonly statements: number;
}

let statements = 0;

/** Counts the statements that this process sends, whoever sends them. */
export function countStatements(): void {
  const { query } = Client.prototype as { query: (...args: unknown[]) => unknown };
  Client.prototype.query = function counted(this: Client, ...args: unknown[]): never {
    statements++;
    return query.apply(this, args) as never;
  };
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, statements };
}
