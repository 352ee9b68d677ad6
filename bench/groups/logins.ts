import type { Plan } from '../plan.js';
import type { Goal, Group, HttpLoad, LoopLoad, Row } from '../rows.js';
import type { SubjectName } from '../subjects/index.js';

/** Logins at the same time. */
const LOGINS = 32;

const post: HttpLoad = {
  path: '/wechat/login',
  check: 'login',
  isStrict: false,
  connections: LOGINS,
};
const store: LoopLoad = { call: 'store', concurrency: LOGINS };

type Login = [label: string, code: string, SubjectName, goals?: Goal[]];

const rowsOf = (load: Row['load'], logins: Record<string, Login>): Group['rows'] =>
  Object.fromEntries(
    Object.entries(logins).map(([name, [label, code, subject, goals = []]]): [string, Row] => [
      name,
      { label, code, subject, load, goals },
    ]),
  );

const bare = 'Fastify, a prepared statement, a `KeyObject`';
const whole = 'whole login over the bare handler with axios';

/** The whole login over HTTP, WeChat included. */
export const logins = ({ logins: rounds }: Plan): Group => ({
  id: 'logins',
  rounds,
  columns: ['perSecond', 'ratio', 'p50', 'p99', 'cpu', 'statements'],
  ratio: 'Over axios',
  rows: rowsOf(post, {
    axios: ['bare, axios', bare, 'loginAxios'],
    undici: ['bare, undici', bare, 'loginUndici'],
    ours: [
      '**POST /wechat/login**',
      'nothing, instead of such a handler',
      'ours',
      [{ text: whole, over: 'axios', atLeast: 0.8 }],
    ],
  }),
});

/** The part of a login that is Postgres. */
export const storedLogins = ({ stored: rounds }: Plan): Group => ({
  id: 'stored',
  rounds,
  columns: ['perSecond', 'ratio', 'cpu', 'statements'],
  ratio: 'Over `findOne`, `save`',
  rows: rowsOf(store, {
    findThenSave: ['`findOne`, `save`', 'as most tutorials', 'findThenSave'],
    typeormUpsert: ['`upsert`', 'TypeORM’s `upsert`', 'typeormUpsert'],
    bare: ['bare', '`INSERT … ON CONFLICT` through `pg`', 'bareStatement'],
    prepared: ['bare, prepared', 'the same with a `name`', 'preparedStatement'],
    ours: [
      '**stored**',
      '`UsersService.upsert`, instead of SQL and a cipher',
      'upsertOurs',
      [
        { text: 'logins stored over `findOne` and `save`', over: 'findThenSave', atLeast: 3 },
        { text: 'logins stored over the bare statement', over: 'bare', atLeast: 0.9 },
      ],
    ],
  }),
});
