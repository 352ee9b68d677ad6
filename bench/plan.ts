/** How much a run does. */
export interface Plan {
  readonly name: 'full' | 'quick';
  /** Rows in Postgres. */
  readonly users: number;
  readonly revokedSessions: number;
  readonly connections: number;
  /** Different tokens; some of them are of revoked sessions. */
  readonly tokens: number;
  readonly guards: Rounds;
  readonly logins: Rounds & { readonly concurrency: number; readonly newShare: number };
  readonly verify: { readonly rounds: number; readonly calls: number };
  readonly memory: { readonly tokens: number; readonly warmUp: number; readonly requests: number };
  readonly growth: Rounds & { readonly connections: readonly number[] };
  readonly probes: Rounds & { readonly rows: readonly number[] };
}

/** Each peer in turn, `rounds` times over. */
export interface Rounds {
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  /** Seconds before the first, not counted. */
  readonly warmUp: number;
}

const full: Plan = {
  name: 'full',
  users: 1_000_000,
  revokedSessions: 100_000,
  connections: 64,
  tokens: 4096,
  guards: { rounds: 5, seconds: 5, warmUp: 3 },
  logins: { rounds: 5, seconds: 4, warmUp: 2, concurrency: 32, newShare: 0.2 },
  verify: { rounds: 9, calls: 300_000 },
  memory: { tokens: 200_000, warmUp: 300_000, requests: 2_000_000 },
  growth: { rounds: 2, seconds: 2.5, warmUp: 0.5, connections: [1, 8, 64, 256, 512] },
  probes: { rounds: 3, seconds: 1.5, warmUp: 0.5, rows: [1e3, 1e4, 1e5, 1e6, 1e7] },
};

const quick: Plan = {
  ...full,
  name: 'quick',
  guards: { rounds: 3, seconds: 0.6, warmUp: 0.6 },
  logins: { ...full.logins, rounds: 3, seconds: 0.6, warmUp: 0.4 },
  verify: { rounds: 5, calls: 100_000 },
  memory: { tokens: 30_000, warmUp: 40_000, requests: 80_000 },
  growth: { rounds: 1, seconds: 0.4, warmUp: 0.2, connections: [1, 64, 512] },
  probes: { rounds: 2, seconds: 0.5, warmUp: 0.2, rows: [1e3, 1e4, 1e5] },
};

export const plans = { full, quick };
