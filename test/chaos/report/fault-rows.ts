import { number, table } from '../../../bench/report/format.js';
import type { FaultFigures } from '../stages/fault-run.js';

const HEAD = [
  'Fault',
  'Sent',
  'Logins acknowledged',
  'Logouts acknowledged',
  'Lost',
  'Undocumented answers',
  'Longest wait',
  'Time to recover',
  'Backends of an app, at most',
];

export const faultRow = (figures: FaultFigures): string[] => [
  figures.name,
  number(figures.sent),
  number(figures.logins),
  number(figures.logouts),
  String(figures.lost),
  String(figures.undocumented),
  seconds(figures.longestWait),
  seconds(figures.recovery),
  String(figures.backends),
];

export const faultTable = (rows: readonly FaultFigures[]): string =>
  table(HEAD, rows.map(faultRow));

export const seconds = (ms: number): string =>
  ms === Infinity ? 'never' : `${(ms / 1000).toFixed(ms < 1000 ? 2 : 1)} s`;
