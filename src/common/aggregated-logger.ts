import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

type Level = 'error' | 'warn' | 'debug';

/** The lines of one kind since the last one that was printed. */
interface Held {
  readonly level: Level;
  readonly timer: NodeJS.Timeout;
  line: string;
  count: number;
}

const PERIOD_MS = 1000;

/**
 * Prints at most one line a second of each kind: the first at once, then the last one of each second
 * with the number of lines. A failure of WeChat or Postgres affects every request, and thousands of
 * lines a second would fill the disk.
 */
@Injectable()
export class AggregatedLogger implements OnApplicationShutdown {
  private readonly logger = new Logger('WechatAuth');
  private readonly kinds = new Map<string, Held>();

  /** @param kind - lines of one kind are counted together: no secret and no variable data. */
  error(kind: string, line: string): void {
    this.log('error', kind, line);
  }

  warn(kind: string, line: string): void {
    this.log('warn', kind, line);
  }

  debug(kind: string, line: string): void {
    this.log('debug', kind, line);
  }

  onApplicationShutdown(): void {
    this.flush();
  }

  /** Prints the lines that were held back. */
  flush(): void {
    for (const kind of [...this.kinds.keys()]) this.print(kind);
  }

  private log(level: Level, kind: string, line: string): void {
    const held = this.kinds.get(kind);
    if (held === undefined) {
      this.logger[level](line);
      this.hold(level, kind);
    } else {
      held.line = line;
      held.count++;
    }
  }

  private hold(level: Level, kind: string): void {
    // Must not keep the process alive.
    const timer = setTimeout(() => {
      if (this.print(kind)) this.hold(level, kind);
    }, PERIOD_MS).unref();
    this.kinds.set(kind, { level, timer, line: '', count: 0 });
  }

  /** Whether there was anything to print. */
  private print(kind: string): boolean {
    const held = this.kinds.get(kind);
    if (held === undefined) return false;
    this.kinds.delete(kind);
    clearTimeout(held.timer);
    const { level, line, count } = held;
    if (count > 0) this.logger[level](count === 1 ? line : `${line} (${count} times in a second)`);
    return count > 0;
  }
}
