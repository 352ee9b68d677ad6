import { isPg, type Connection } from './connection.js';

/** No attempt to connect takes longer, even if the DataSource allows more. */
const CONNECT_TIMEOUT_MS = 8000;

type ClientClass = new (options: { connectionTimeoutMillis?: number }) => object;

/** The part of a pool of `pg` that is used here; other drivers may have none of it. */
interface PgPool {
  Client?: ClientClass;
  readonly options?: { readonly max?: number };
  on?(event: 'connect', listener: (connection: EventfulConnection) => void): unknown;
}

type EventfulConnection = Connection & { on(event: 'error', listener: () => void): unknown };

/** The app's pool: handles network errors of its connections and detects those that hang. */
export class Pool {
  /** When each connection last worked, in milliseconds of `performance.now()`. */
  private readonly provenAt = new WeakMap<Connection, number>();
  /** Connections that have not worked since then may hang. */
  private suspectBefore = -Infinity;
  private prepared: PgPool | undefined;

  /** Sets up a pool; a second call has no effect. */
  prepare(pool: PgPool): void {
    if (this.prepared === pool) return;
    this.prepared = pool;
    if (pool.Client !== undefined) pool.Client = withConnectTimeout(pool.Client);
    pool.on?.('connect', (connection) => {
      this.hasWorked(connection);
      // pg-pool removes its listener before TypeORM adds its own. Without this one, a connection
      // that ends in between would end the process.
      connection.on('error', () => undefined);
    });
  }

  get size(): number {
    return this.prepared?.options?.max ?? 10;
  }

  hasWorked(connection: Connection): void {
    this.provenAt.set(connection, performance.now());
  }

  /** A statement sent at `sentAt` got no answer: a firewall may have dropped connections. */
  hasHung(sentAt: number): void {
    this.suspectBefore = Math.max(this.suspectBefore, sentAt);
  }

  mayHang(connection: Connection): boolean {
    // Pools of other drivers report no connections and may not be able to remove one.
    const provenAt = this.provenAt.get(connection) ?? -Infinity;
    return isPg(connection) && provenAt < this.suspectBefore;
  }
}

/** Without a timeout, a pool whose attempts to connect hang never recovers. */
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
