import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SingleFlight } from '../common/single-flight.js';
import { PostgresClient } from './postgres-client.js';

const EVERY_MS = 60_000;

/** Tokens of an instance whose clock is ahead by more than 60 s are refused by the others. */
const WORTH_A_WARNING_MS = 30_000;

/** How far two clocks may drift apart in one millisecond: more than quartz clocks do. */
const DRIFT = 0.0005;

/** The bounds of the difference between the two clocks, in milliseconds. */
interface Offset {
  readonly low: number;
  readonly high: number;
  /** In milliseconds of `performance.now()`. */
  readonly takenAt: number;
}

/**
 * Estimates the time of Postgres, whose clock all instances share. Statements may be delayed on the
 * network, so they carry the time when they were sent.
 */
@Injectable()
export class PostgresClock implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('WechatAuth');
  private readonly readings = new SingleFlight<Offset>();
  private offset: Offset | undefined;
  private timer: NodeJS.Timeout | undefined;
  private comparing: Promise<void> = Promise.resolve();

  constructor(private readonly postgres: PostgresClient) {}

  onApplicationBootstrap(): void {
    this.compare();
    this.timer = setInterval(() => {
      this.compare();
    }, EVERY_MS).unref();
  }

  /** Waits for a reading in progress before its connection is closed. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.comparing;
  }

  /**
   * The time of Postgres at `at`, in milliseconds since 1970.
   * @param at - in milliseconds of `performance.now()`.
   * @throws {@link WechatAuthError} `WX_STORE_UNAVAILABLE`
   */
  async timeOf(at: number): Promise<number> {
    const { low, high } = this.offset ?? (await this.read());
    return at + (low + high) / 2;
  }

  /** To be called when the clock of Postgres has changed, for example after a failover. */
  forget(): void {
    this.offset = undefined;
  }

  /** Compares the clocks and warns the operator if they differ. */
  private compare(): void {
    this.comparing = this.read().then(
      ({ low, high }) => {
        this.warnOf(Date.now() - performance.now() - (low + high) / 2);
      },
      // Logged already; the next reading may succeed.
      () => undefined,
    );
  }

  private warnOf(skew: number): void {
    if (Math.abs(skew) < WORTH_A_WARNING_MS) return;
    const seconds = Math.round(Math.abs(skew) / 1000);
    this.logger.warn(
      `The clock of this server is ${String(seconds)} s ${skew > 0 ? 'ahead of' : 'behind'} that of Postgres. Sessions expire too ${skew > 0 ? 'early' : 'late'} here, and from 60 s on instances refuse each other's sessions: synchronize the clocks.`,
    );
  }

  private read(): Promise<Offset> {
    return this.readings.run('', async () => {
      const sentAt = performance.now();
      const [time = NaN] = await this.postgres.query(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS time',
        [],
        (row) => row.number('time'),
      );
      const takenAt = performance.now();
      this.offset = narrowed(this.offset, { low: time - takenAt, high: time - sentAt, takenAt });
      return this.offset;
    });
  }
}

/** The intersection of both readings; only the newer one if a clock was set in between. */
function narrowed(older: Offset | undefined, newer: Offset): Offset {
  if (older === undefined) return newer;
  const drift = (newer.takenAt - older.takenAt) * DRIFT;
  const low = Math.max(older.low - drift, newer.low);
  const high = Math.min(older.high + drift, newer.high);
  return low <= high ? { low, high, takenAt: newer.takenAt } : newer;
}
