/** Each row in turn: `rounds` measurements of so many seconds, after one that does not count. */
export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
}

const rounds = (count: number, seconds: number, warmUp: number): Rounds => ({
  rounds: count,
  seconds,
  warmUp,
});

const full = {
  command: 'npm run bench',
  users: 1_000_000,
  revokedSessions: 100_000,
  /** Different tokens; some of them are of revoked sessions. */
  tokens: 4096,
  guards: rounds(5, 5, 3),
  fewConnections: [1, 2, 4, 8],
  manyConnections: [64, 512],
  connections: rounds(5, 2.5, 1),
  processes: rounds(5, 3, 2),
  logins: rounds(7, 4, 3),
  stored: rounds(5, 4, 2),
  micro: rounds(9, 0.2, 0.5),
  revoked: rounds(3, 1, 0.5),
  revokedSizes: [1e3, 1e4, 1e5, 1e6, 1e7],
  heap: { tokens: 200_000, warmUp: 300_000, requests: 2_000_000 },
};

/** How much a run does. */
export type Plan = typeof full;

const quick: Plan = {
  ...full,
  command: 'npm run bench -- --quick',
  users: 200_000,
  manyConnections: [],
  guards: rounds(3, 0.4, 0.3),
  connections: rounds(3, 0.25, 0.15),
  processes: rounds(2, 0.3, 0.2),
  logins: rounds(3, 0.5, 0.5),
  stored: rounds(3, 0.4, 0.3),
  micro: rounds(5, 0.05, 0.2),
  revoked: rounds(2, 0.2, 0.2),
  revokedSizes: [1e3, 1e4, 1e5],
  heap: { tokens: 24_000, warmUp: 24_000, requests: 16_000 },
};

export const plans = { full, quick };
