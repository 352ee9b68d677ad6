import type { Rounds } from './plan.js';
import type { Orders } from './processes/load.js';
import type { SubjectName } from './subjects/index.js';
import type { Setup } from './subjects/subject.js';

/** One measurement; a figure that it cannot give is absent. */
export interface Shot {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50?: number;
  readonly p99?: number;
  /** Microseconds of a call, where there is one at a time. */
  readonly micros: number;
  /** Microseconds of the subject's own processor time, for each request. */
  readonly cpu: number;
  /** Sent to Postgres, for each request. */
  readonly statements: number;
}

export type Figure = keyof Shot;

/** The measurements of each row, one for each round. */
export type Shots = Record<string, Shot[]>;

/** What a row has to reach beside another one, round by round. */
export interface Goal {
  readonly text: string;
  readonly over: string;
  /** Requests per second where absent. */
  readonly figure?: Figure;
  /** Compares by difference instead of by ratio. */
  readonly isDifference?: true;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Requests over HTTP. */
export type HttpLoad = Pick<Orders, 'check' | 'isStrict' | 'connections'> & {
  readonly path: string;
};

/** Calls within the process. */
export interface LoopLoad {
  readonly call: string;
  readonly concurrency: number;
}

export interface Row {
  readonly label: string;
  /** What its user writes; for the library also what it stands in place of. */
  readonly code: string;
  readonly subject: SubjectName;
  readonly setup?: Pick<Setup, 'platform' | 'poolSize'>;
  readonly instances?: number;
  readonly load: HttpLoad | LoopLoad;
  /** The row that the table compares it with; the first where absent. */
  readonly over?: string;
  readonly goals?: readonly Goal[];
}

/** Rows that are measured in turn. */
export interface Group {
  readonly id: string;
  readonly rounds: Rounds;
  readonly columns: readonly (Figure | 'ratio')[];
  /** The title of the column `ratio`. */
  readonly ratio?: string;
  readonly rows: Readonly<Record<string, Row>>;
}
