import { isPg, type Connection } from './connection.js';

/** No attempt to connect takes longer, whatever the host has set. */
const CONNECT_TIMEOUT_MS = 8000;

type ClientClass = new (options: { connectionTimeoutMillis?: number }) => object;

/** What we use of a pool of `pg`; other drivers may have none of it. */
interface PgPool {
  Client?: ClientClass;
  readonly options?: { readonly max?: number };
  on?(event: 'connect', listener: (connection: EventfulConnection) => void): unknown;
}

type EventfulConnection = Connection & { on(event: 'error', listener: () => void): unknown };

/** The host's pool: its connections survive faults of the network, and hung ones are told apart. */
export class Pool {
  /** When each connection last proved that it works, in milliseconds of `performance.now()`. */
  private readonly provenAt = new WeakMap<Connection, number>();
  /** Connections that have not proved so since then may hang. */
  private suspectBefore = -Infinity;
  private prepared: PgPool | undefined;

  /** Prepares a pool for what follows; twice does no harm. */
  prepare(pool: PgPool): void {
    if (this.prepared === pool) return;
    this.prepared = pool;
    if (pool.Client !== undefined) pool.Client = withConnectTimeout(pool.Client);
    pool.on?.('connect', (connection) => {
      this.hasWorked(connection);
      // pg-pool has removed its listener before TypeORM adds its own. Without one in between,
      // Postgres could end the process by ending a connection in that moment.
      connection.on('error', () => undefined);
    });
  }

  get size(): number {
    return this.prepared?.options?.max ?? 10;
  }

  hasWorked(connection: Connection): void {
    this.provenAt.set(connection, performance.now());
  }

  /** A statement that was sent at `sentAt` got no answer: a firewall may have forgotten connections. */
  hasHung(sentAt: number): void {
    this.suspectBefore = Math.max(this.suspectBefore, sentAt);
  }

  mayHang(connection: Connection): boolean {
    // The pools of other drivers announce no connections, and may not drop one.
    const provenAt = this.provenAt.get(connection) ?? -Infinity;
    return isPg(connection) && provenAt < this.suspectBefore;
  }
}

/** Without a time-out, a pool whose attempts to connect hang never recovers. */
function withConnectTimeout(Client: ClientClass): ClientClass {
  return class extends Client {
    constructor(options: { connectionTimeoutMillis?: number } = {}) {
      const { connectionTimeoutMillis: given = 0 } = options;
      const connectionTimeoutMillis =
        given > 0 ? Math.min(given, CONNECT_TIMEOUT_MS) : CONNECT_TIMEOUT_MS;
      super({ ...options, connectionTimeoutMillis });
    }
  };
}
