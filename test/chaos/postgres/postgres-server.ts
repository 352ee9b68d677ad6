/** A Postgres, or what stands before one. */
export interface PostgresServer {
  readonly port: number;
  /** As the superuser. */
  url(database?: string): string;
}
