import type { Group, Row } from '../rows.js';

/** Concurrent logins. */
const LOGINS = 32;

const http = (label: string, path: string, changes: Partial<Row> = {}): Row => ({
  label,
  code: 'Fastify, a prepared statement, a `KeyObject`',
  load: { path, check: 'login', tokens: 'ours', connections: LOGINS },
  ...changes,
});

/** The whole login over HTTP, including WeChat. */
export const logins = (): Group => ({
  id: 'logins',
  rounds: [7, 4, 6],
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
