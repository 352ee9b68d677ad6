import type { Plan } from '../plan.js';
import type { Goal, Group, HttpLoad, Row } from '../rows.js';
import type { SubjectName } from '../subjects/index.js';
import type { Platform } from '../subjects/subject.js';

const CONNECTIONS = 64;
const COLUMNS = ['perSecond', 'ratio', 'p50', 'p99', 'cpu', 'statements'] as const;

/** What a route returns is checked for: nobody, the id in the token, or the row of its user. */
type Route = [label: string, code: string, SubjectName, HttpLoad['check'], isStrict?: 'strict'];

const routes = {
  open: ['no guard', 'a handler', 'open', 'anybody'],
  empty: ['empty guard', 'a guard that returns `true`', 'empty', 'anybody'],
  nestDocs: ['guard of Nest’s docs', '`verifyAsync` with a string secret', 'nestDocs', 'id'],
  passport: ['passport-jwt', 'a strategy with a string secret', 'passport', 'id'],
  careful: ['careful, by hand', '`KeyObject`, `SELECT` for revocation', 'careful', 'id', 'strict'],
  guarded: [
    '**guarded**',
    '`WxSessionGuard`, instead of the careful guard',
    'ours',
    'id',
    'strict',
  ],
  passportUser: ['passport-jwt, user', '`findOne` in its `validate`', 'passport', 'user'],
  carefulUser: ['careful, user', '`findOneBy` in the handler', 'careful', 'user', 'strict'],
  guardedUser: [
    '**guarded, user**',
    '`@CurrentWxUser()`, instead of these',
    'ours',
    'user',
    'strict',
  ],
} satisfies Record<string, Route>;

type RouteName = keyof typeof routes;

/** A row on a route; `changes` says what differs. */
export function onRoute(name: RouteName, connections: number, changes: Partial<Row> = {}): Row {
  const [label, code, subject, check, isStrict]: Route = routes[name];
  const path = check === 'user' ? '/user' : '/me';
  const load = { path, check, isStrict: isStrict !== undefined, connections };
  return { label, code, subject, load, ...changes };
}

const user = 'guarded with `@CurrentWxUser()`';
const goals: Record<Platform, Partial<Record<RouteName, Goal[]>>> = {
  Fastify: {
    guarded: [
      { text: 'guarded over the guard of Nest’s docs', over: 'nestDocs', atLeast: 10 },
      { text: 'guarded over the careful guard', over: 'careful', atLeast: 2 },
      { text: 'guarded over the open route, Fastify', over: 'open', atLeast: 0.65 },
      { text: 'p99, guarded over the open route', over: 'open', figure: 'p99', atMost: 3 },
    ],
    guardedUser: [
      { text: `${user} over the open route, Fastify`, over: 'open', atLeast: 0.42 },
      { text: `${user} over passport-jwt with \`findOne\``, over: 'passportUser', atLeast: 10 },
      { text: `p99, ${user} over the open route`, over: 'open', figure: 'p99', atMost: 3 },
    ],
  },
  Express: {
    guarded: [{ text: 'guarded over the open route, Express', over: 'open', atLeast: 0.75 }],
    guardedUser: [{ text: `${user} over the open route, Express`, over: 'open', atLeast: 0.8 }],
  },
};

/** Every route side by side. */
export function guards(platform: Platform, { guards: rounds }: Plan): Group {
  const rows = (Object.keys(routes) as RouteName[]).map((name): [string, Row] => {
    const changes = { setup: { platform }, goals: goals[platform][name] ?? [] };
    return [name, onRoute(name, CONNECTIONS, changes)];
  });
  return {
    id: platform.toLowerCase(),
    rounds,
    columns: COLUMNS,
    ratio: 'Over no guard',
    rows: Object.fromEntries(rows),
  };
}

/** Where few requests wait at the same time, there is little to gather. */
export function connections({ connections: rounds, fewConnections, manyConnections }: Plan): Group {
  const rows: Record<string, Row> = {};
  for (const count of [...fewConnections, ...manyConnections]) {
    for (const route of ['careful', 'guarded', 'carefulUser', 'guardedUser'] as const) {
      const over = `${route.replace('guarded', 'careful')} ${String(count)}`;
      const text = `guarded over the careful guard, connections: ${String(count)}`;
      const hasGoal = route === 'guarded' && fewConnections.includes(count);
      rows[`${route} ${String(count)}`] = onRoute(route, count, {
        label: `${routes[route][0]}: ${String(count)}`,
        over,
        goals: hasGoal ? [{ text, over, atLeast: 1 }] : [],
      });
    }
  }
  return { id: 'connections', rounds, columns: COLUMNS, ratio: 'Over careful', rows };
}

/** Processes on one Postgres, and the connections that each has to it. */
export function processes({ processes: rounds }: Plan): Group {
  const pools = [
    ...[1, 2, 4].map((instances) => ({ instances, poolSize: 10 })),
    ...[1, 2].map((poolSize) => ({ instances: 1, poolSize })),
  ];
  const rows: Record<string, Row> = {};
  for (const route of ['guarded', 'guardedUser'] as const) {
    for (const { instances, poolSize } of pools) {
      const size = `${String(instances)} × ${String(poolSize)}`;
      rows[`${route} ${size}`] = onRoute(route, CONNECTIONS, {
        label: `${routes[route][0]}: ${size}`,
        over: `${route} 1 × 10`,
        instances,
        setup: { poolSize },
      });
    }
  }
  return { id: 'processes', rounds, columns: COLUMNS, ratio: 'Over 1 × 10', rows };
}
