import type { HttpLoad } from '../load.js';
import type { Goal, Group, Row } from '../rows.js';

const CONNECTIONS = 64;
const columns = ['perSecond', 'ratio', 'p50', 'p99', 'cpu', 'statements'] as const;

type Route = [label: string, code: string, HttpLoad['check'], HttpLoad['tokens']];

const routes = {
  open: ['no guard', 'a handler', 'anybody', 'peers'],
  empty: ['empty guard', 'a guard that returns `true`', 'anybody', 'peers'],
  nestDocs: ['guard of Nest’s docs', '`verifyAsync` with a string secret', 'id', 'peers'],
  passport: ['passport-jwt', 'a strategy with a string secret', 'id', 'peers'],
  careful: ['careful, by hand', '`KeyObject`, `SELECT` for revocation', 'id', 'peers, strict'],
  guarded: ['**guarded**', '`WxSessionGuard`, instead of the careful guard', 'id', 'ours'],
  passportUser: ['passport-jwt, user', '`findOne` in its `validate`', 'user', 'peers'],
  carefulUser: ['careful, user', '`findOneBy` in the handler', 'user', 'peers, strict'],
  guardedUser: ['**guarded, user**', '`@CurrentWxUser()`, instead of these', 'user', 'ours'],
} satisfies Record<string, Route>;

type RouteName = keyof typeof routes;

/** A row on a route, with its differences in `changes`. */
export function onRoute(name: RouteName, connections: number, changes: Partial<Row> = {}) {
  const [label, code, check, tokens]: Route = routes[name];
  const load: HttpLoad = { path: `/${name}`, check, tokens, connections };
  return { label, code, load, ...changes };
}

const goals: Record<'Fastify' | 'Express', Partial<Record<RouteName, Goal[]>>> = {
  Fastify: {
    guarded: [
      { over: 'nestDocs', atLeast: 10 },
      { over: 'careful', atLeast: 2 },
      { over: 'open', atLeast: 0.65 },
      { over: 'open', figure: 'p99', atMost: 3 },
    ],
    guardedUser: [
      { over: 'open', atLeast: 0.42 },
      { over: 'passportUser', atLeast: 10 },
      { over: 'open', figure: 'p99', atMost: 3 },
    ],
  },
  Express: {
    guarded: [{ over: 'open', atLeast: 0.75 }],
    guardedUser: [{ over: 'open', atLeast: 0.8 }],
  },
};

/** All routes. */
export function guards(platform: 'Fastify' | 'Express'): Group {
  const rows = (Object.keys(routes) as RouteName[]).map((name) => {
    const changes = { settings: { platform }, goals: goals[platform][name] ?? [] };
    return [name, onRoute(name, CONNECTIONS, changes)] as const;
  });
  const id = platform.toLowerCase();
  const ratio = 'Over no guard';
  return { id, rounds: [5, 3, 3], columns, ratio, rows: Object.fromEntries(rows) };
}

/** With few concurrent requests, queries are hardly batched. */
export function connections(counts: readonly number[]): Group {
  const rows: Record<string, Row> = {};
  for (const count of counts) {
    for (const name of ['careful', 'guarded', 'carefulUser', 'guardedUser'] as const) {
      const over = `${name.replace('guarded', 'careful')} ${count}`;
      const goals = name === 'guarded' && count < CONNECTIONS ? [{ over, atLeast: 1 }] : [];
      const label = `${routes[name][0]}: ${count}`;
      rows[`${name} ${count}`] = onRoute(name, count, { label, over, goals });
    }
  }
  return { id: 'connections', rounds: [5, 2, 1], columns, ratio: 'Over careful', rows };
}

/** Processes on one Postgres, and the connections of each. */
export function processes(): Group {
  const rows: Record<string, Row> = {};
  for (const name of ['guarded', 'guardedUser'] as const) {
    for (const size of ['1 × 10', '2 × 10', '4 × 10', '1 × 1', '1 × 2']) {
      const [instances = 1, poolSize = 10] = size.split(' × ').map(Number);
      const label = `${routes[name][0]}: ${size}`;
      const changes = { label, over: `${name} 1 × 10`, instances, settings: { poolSize } };
      rows[`${name} ${size}`] = onRoute(name, CONNECTIONS, changes);
    }
  }
  return { id: 'processes', rounds: [3, 3, 2], columns, ratio: 'Over 1 × 10', rows };
}

/** Guarded requests that read their user, with more tokens than the library caches. */
export function heap(tokens: number, requests: number): Group {
  const rows: Record<string, Row> = {};
  const { load, code } = onRoute('guardedUser', CONNECTIONS);
  // The warm-up: all tokens, one and a half times.
  rows.warm = { label: 'warm', code, load: { ...load, requests: 1.5 * tokens } };
  for (const part of [1, 2, 3, 4]) {
    const label = `after ${((part * requests) / 4).toLocaleString('en-US')} requests`;
    const growth: Goal = { over: 'warm', figure: 'heap', isDifference: true, atMost: 4 };
    const goals = part === 4 ? [growth] : [];
    rows[`part ${part}`] = { label, code, load: { ...load, requests: requests / 4 }, goals };
  }
  return { id: 'heap', rounds: [1, 0, 0], columns: ['heap'], tokens, rows, isInSequence: true };
}
