/** A Postgres, or a proxy in front of one. */
export interface PostgresServer {
  readonly port: number;
  /** As the superuser. */
  url(database?: string): string;
}
