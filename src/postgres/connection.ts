import type { Socket } from 'node:net';

/** The part of a connection of `pg`, or of a compatible driver such as PGlite, that is used here. */
export interface Connection {
  query(text: string, values: readonly unknown[]): Promise<Result>;
  end(): Promise<void>;
}

/** What only `pg` has. */
export interface PgConnection extends Connection {
  query(text: string, values: readonly unknown[]): Promise<Result>;
  query(statement: PgStatement): Promise<Result>;
  readonly host: string;
  readonly port: number;
  readonly processID: number;
  readonly secretKey: number;
  readonly connection: { readonly stream: Socket };
}

/** A statement in the form of `pg`; with a name it is prepared. */
export interface PgStatement {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly types: { readonly getTypeParser: () => (text: string) => unknown };
}

export interface Result {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export const isPg = (connection: Connection): connection is PgConnection =>
  'processID' in connection;

/** Closes the connection at once: one that hangs cannot be closed normally. */
export function destroy(connection: Connection): void {
  // This makes the pool remove it.
  void connection.end();
  if (isPg(connection)) connection.connection.stream.destroy();
}
