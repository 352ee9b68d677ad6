import type { Socket } from 'node:net';

/** What we use of a connection of `pg`, or of a driver that takes its place, such as PGlite. */
export interface Connection {
  query(text: string, values: readonly unknown[]): Promise<Result>;
  end(): Promise<void>;
}

/** What `pg` has beyond that. */
export interface PgConnection extends Connection {
  query(text: string, values: readonly unknown[]): Promise<Result>;
  query(statement: PgStatement): Promise<Result>;
  readonly host: string;
  readonly port: number;
  readonly processID: number;
  readonly secretKey: number;
  readonly connection: { readonly stream: Socket };
}

/** One statement as `pg` takes it; with a name it is prepared. */
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

/** Closes the connection at once: one that hangs takes no part in an orderly end. */
export function destroy(connection: Connection): void {
  // This tells the pool to drop it.
  void connection.end();
  if (isPg(connection)) connection.connection.stream.destroy();
}
