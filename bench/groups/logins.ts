import type { Plan } from '../plan.js';
import type { Goal, Group, Row } from '../rows.js';
import type { SubjectName } from '../subjects/index.js';

/** Logins at the same time. */
const LOGINS = 32;

function httpLogin(label: string, code: string, subject: SubjectName, goals: Goal[] = []): Row {
  const load = {
    path: '/wechat/login',
    check: 'login',
    isStrict: false,
    connections: LOGINS,
  } as const;
  return { label, code, subject, load, goals };
}

/** The whole login over HTTP, WeChat included. */
export function logins({ logins: rounds }: Plan): Group {
  const bare = 'Fastify, a prepared statement, a `KeyObject`; no sealing';
  const text = 'whole login over the bare handler with axios';
  return {
    id: 'logins',
    rounds,
    columns: ['perSecond', 'ratio', 'p50', 'p99', 'cpu', 'statements'],
    ratio: 'Over axios',
    rows: {
      axios: httpLogin('bare, axios', bare, 'loginAxios'),
      undici: httpLogin('bare, undici', bare, 'loginUndici'),
      ours: httpLogin('**POST /wechat/login**', 'nothing, not a handler', 'ours', [
        { text, over: 'axios', atLeast: 0.8 },
      ]),
    },
  };
}

const storedLogin = (
  label: string,
  code: string,
  subject: SubjectName,
  goals: Goal[] = [],
): Row => ({
  label,
  code,
  subject,
  load: { call: 'store', concurrency: LOGINS },
  goals,
});

/** The part of a login that is Postgres. */
export function storedLogins({ stored: rounds }: Plan): Group {
  const text = 'logins stored over';
  return {
    id: 'stored',
    rounds,
    columns: ['perSecond', 'ratio', 'cpu', 'statements'],
    ratio: 'Over `findOne`, `save`',
    rows: {
      findThenSave: storedLogin('`findOne`, `save`', 'as most tutorials', 'findThenSave'),
      typeormUpsert: storedLogin('`upsert`', 'TypeORM’s `upsert`', 'typeormUpsert'),
      bare: storedLogin('bare', '`INSERT … ON CONFLICT` through `pg`', 'bareStatement'),
      prepared: storedLogin('bare, prepared', 'the same with a `name`', 'preparedStatement'),
      ours: storedLogin('**stored**', '`UsersService.upsert`, not a cipher and SQL', 'upsertOurs', [
        { text: `${text} \`findOne\` and \`save\``, over: 'findThenSave', atLeast: 3 },
        { text: `${text} the bare statement`, over: 'bare', atLeast: 0.9 },
      ]),
    },
  };
}
