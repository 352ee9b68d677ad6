import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';

/** Keeps the log lines of every level, with objects printed at any depth. */
export class LogCapture implements LoggerService {
  readonly lines: string[] = [];

  get text(): string {
    return this.lines.join('\n');
  }

  log = this.keep('log');
  error = this.keep('error');
  warn = this.keep('warn');
  debug = this.keep('debug');
  verbose = this.keep('verbose');
  fatal = this.keep('fatal');

  private keep(level: string): (...args: unknown[]) => void {
    return (...args) => {
      const parts = args.map((arg) =>
        typeof arg === 'string' ? arg : inspect(arg, { depth: null }),
      );
      this.lines.push([level, ...parts].join(' '));
    };
  }
}
