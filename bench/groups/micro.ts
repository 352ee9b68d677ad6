import type { Plan } from '../plan.js';
import type { Goal, Group, Row } from '../rows.js';

const part = (label: string, code: string, call: string, goals: Goal[] = []): Row => ({
  label,
  code,
  subject: 'micro',
  load: { call, concurrency: 1 },
  goals,
});

/** Parts of a guarded request, without Postgres. */
export function micro({ micro: rounds }: Plan): Group {
  const text = 'verify alone, warm, beyond the empty guard';
  const goal: Goal = { text, over: 'empty', figure: 'micros', isDifference: true, atMost: 2 };
  return {
    id: 'micro',
    rounds,
    columns: ['micros'],
    rows: {
      empty: part('empty guard', 'a guard that returns `true`', 'empty'),
      verify: part('**verify**', 'nothing, instead of a cache of tokens', 'verify', [goal]),
      guard: part('**whole guard**', '`WxSessionGuard`, Postgres answers at once', 'guard'),
    },
  };
}

/** Strict verifications, where so many sessions are revoked. */
export function revoked({ revoked: rounds }: Plan, size: number): Group {
  const row = (concurrency: number): Row => ({
    label: `${size.toLocaleString('en-US')} revoked: ${String(concurrency)} at a time`,
    code: '`SessionsService.verify`, instead of a `SELECT`',
    subject: 'strictVerify',
    load: { call: 'verify', concurrency },
  });
  const rows = { [`alone ${String(size)}`]: row(1), [`together ${String(size)}`]: row(64) };
  return { id: 'revoked', rounds, columns: ['micros', 'statements'], rows };
}
