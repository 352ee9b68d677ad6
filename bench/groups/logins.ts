import type { Goal, Group, Row } from '../rows.js';

/** Logins at the same time. */
const LOGINS = 32;

const http = (label: string, path: string, changes: Partial<Row> = {}): Row => ({
  label,
  code: 'Fastify, a prepared statement, a `KeyObject`',
  load: { path, check: 'login', tokens: 'ours', connections: LOGINS },
  ...changes,
});

/** The whole login over HTTP, WeChat included. */
export const logins = (): Group => ({
  id: 'logins',
  rounds: [7, 4, 3],
  columns: ['perSecond', 'ratio', 'p50', 'p99', 'cpu', 'statements'],
  ratio: 'Over axios',
  rows: {
    axios: http('bare, axios', '/axios', { server: 'startBareLogins' }),
    undici: http('bare, undici', '/undici', { server: 'startBareLogins' }),
    ours: http('**whole login**', '/wechat/login', {
      code: 'nothing, instead of such a handler',
      goals: [{ over: 'axios', atLeast: 0.8 }, { over: 'undici' }],
    }),
  },
});

const storing = (call: string, label: string, code: string, goals: Goal[] = []): Row => ({
  label,
  code,
  load: { call, concurrency: LOGINS },
  goals,
});

/** The part of a login that is Postgres. */
export const storedLogins = (): Group => ({
  id: 'stored',
  rounds: [5, 4, 2],
  columns: ['perSecond', 'ratio', 'cpu', 'statements'],
  ratio: 'Over `findOne`, `save`',
  rows: {
    findThenSave: storing('findThenSave', '`findOne`, `save`', 'as most tutorials'),
    typeormUpsert: storing('typeormUpsert', '`upsert`', 'TypeORM’s `upsert`'),
    bare: storing('bare', 'bare', '`INSERT … ON CONFLICT` through `pg`'),
    prepared: storing('prepared', 'bare, prepared', 'the same with a `name`'),
    ours: storing('ours', '**stored**', '`UsersService.upsert`, instead of SQL and a cipher', [
      { over: 'findThenSave', atLeast: 3 },
      { over: 'bare', atLeast: 0.9 },
    ]),
  },
});
