/** What we use of a connection of `pg`, or of a driver that takes its place, such as PGlite. */
export interface Connection {
  query<Row>(text: string, values: readonly unknown[]): Promise<Result<Row>>;
  /** Of `pg` alone. */
  query<Row>(statement: NamedStatement): Promise<Result<Row>>;
  /** Of `pg` alone. */
  readonly connectionParameters?: object;
  end(): Promise<void>;
}

export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface Result<Row> {
  readonly rows: readonly Row[];
  /** Of `pg` alone. */
  readonly rowCount?: number | null;
}
