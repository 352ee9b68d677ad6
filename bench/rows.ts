import type { HttpLoad } from './load.js';
import type { Settings } from './settings.js';

/** What a measurement gives: its title and its unit. */
export const FIGURES = {
  perSecond: ['Per second', ''],
  p50: ['p50', ' ms'],
  p99: ['p99', ' ms'],
  /** Of one call at a time. */
  micros: ['Time of one', ' µs'],
  /** Of the server's own process, for each request. */
  cpu: ['Processor', ' µs'],
  /** Sent to Postgres, for each request. */
  statements: ['Statements', ''],
  /** After a full collection. */
  heap: ['Heap', ' MB'],
} as const;

export type Figure = keyof typeof FIGURES;
export type Shot = Readonly<Partial<Record<Figure, number>>>;

/** The measurements of each row, one for each round. */
export type Shots = Record<string, Shot[]>;

/** A figure of a row compared with that of another row, round by round. */
export interface Goal {
  readonly over: string;
  /** @defaultValue 'perSecond' */
  readonly figure?: Figure;
  /** Compares by difference instead of by ratio. */
  readonly isDifference?: true;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Calls in the process of the server. */
export interface CallLoad {
  readonly call: string;
  readonly concurrency: number;
}

export interface Row {
  readonly label: string;
  /** What its user writes; for the library also what it replaces. */
  readonly code: string;
  readonly load: HttpLoad | CallLoad;
  /** @defaultValue 'startApp' */
  readonly server?: 'startApp' | 'startBareLogins';
  readonly settings?: Partial<Settings>;
  readonly instances?: number;
  /** The number of rows in the table before a measurement. */
  readonly revokedSessions?: number;
  /** The row that the table compares it with; the first if absent. */
  readonly over?: string;
  readonly goals?: readonly Goal[];
}

export interface Group {
  readonly id: string;
  /** For each row: the number of measurements and their seconds, after a warm-up. */
  readonly rounds: readonly [rounds: number, seconds: number, warmUpSeconds: number];
  readonly columns: readonly (Figure | 'ratio')[];
  /** The title of the column `ratio`. */
  readonly ratio?: string;
  /** Different tokens; some of them are of revoked sessions. */
  readonly tokens?: number;
  /** One row after the other, instead of all of them in each round. */
  readonly isInSequence?: true;
  readonly rows: Readonly<Record<string, Row>>;
}
