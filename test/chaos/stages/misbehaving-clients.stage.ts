import { number, table } from '../../../bench/report/format.js';
import type { AppProcess } from '../apps/app-process.js';
import { Requests } from '../load/requests.js';
import { operationsOf } from '../misbehaviour/random-requests.js';
import { MISBEHAVIOURS } from '../misbehaviour/misbehaving-clients.js';
import { untilRecovered } from '../recovery.js';
import { seconds } from '../report/fault-rows.js';
import type { Section } from '../report/section.js';
import { say } from '../say.js';
import type { World } from '../world.js';
import { logIn } from '../../support/http.js';

/** The statuses of Node and the frameworks before any code of an app runs. */
const PROTOCOL = [400, 408, 413, 415, 431];

/** The random requests to each endpoint, and the scale of `MISBEHAVIOURS`. */
const FULL = { requests: 10_000, scale: 5 };
const QUICK = { requests: 600, scale: 1 };

const AT_ONCE = 16;
const TOKENS = 40;

interface Row {
  readonly name: string;
  readonly sent: number;
  readonly answers: ReadonlyMap<number, number>;
  readonly problems: readonly string[];
}

/** Misbehaving clients: every response is documented, and other clients are not affected. */
export async function tryMisbehavingClients(world: World, isQuick: boolean): Promise<Section> {
  await world.rewire({});
  const { requests, scale } = isQuick ? QUICK : FULL;
  const rows = [...(await fuzz(world, requests)), ...(await misbehave(world, scale))];
  return {
    title: 'Clients that misbehave',
    text: text(rows),
    problems: rows.flatMap(({ name, problems }) =>
      problems.map((problem) => `${name}: ${problem}`),
    ),
  };
}

/** Random requests from the OpenAPI document of the apps. */
async function fuzz(world: World, count: number): Promise<Row[]> {
  const { fleet, wechat, contract } = world;
  const document = fleet.apps[0]?.openApi;
  if (document === undefined) throw new Error('The apps have no OpenAPI document.');
  const rows: Row[] = [];
  for (const { method, path, requests } of operationsOf(document)) {
    const tokens = await Promise.all(
      Array.from({ length: TOKENS }, () => logIn(fleet.any().url, wechat.issueCode())),
    );
    const sender = new Requests(contract, PROTOCOL);
    const left = requests(tokens, count).values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const request of left) await sender.send(fleet.any(), method, path, request);
      }),
    );
    rows.push(
      await row(
        world,
        `${method} ${path}`,
        sender.sent,
        sender.statuses,
        sender.undocumented.lines,
      ),
    );
  }
  return rows;
}

async function misbehave(world: World, scale: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, documented = [], run } of MISBEHAVIOURS) {
    const statuses = new Map<number, number>();
    const problems: string[] = [];
    for (const app of world.fleet.apps) {
      const meanwhile = async (): Promise<void> => {
        if (!(await isServing(app, world)))
          problems.push(`${app.name} did not serve another client`);
      };
      for (const status of await run(app, scale, meanwhile)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    const sent = [...statuses.values()].reduce((sum, each) => sum + each, 0);
    const allowed = [...PROTOCOL, ...documented];
    const unknown = [...statuses.keys()].filter((status) => !allowed.includes(status));
    rows.push(
      await row(world, name, sent, statuses, [
        ...problems,
        ...unknown.map((status) => `answered with ${String(status)}`),
      ]),
    );
  }
  return rows;
}

/** Whether another client can log in at the same time. */
async function isServing(app: AppProcess, { wechat, contract }: World): Promise<boolean> {
  const requests = new Requests(contract);
  for (let times = 0; times < 10; times++) {
    const body = { code: wechat.issueCode() };
    const answer = await requests.send(app, 'POST', '/wechat/login', { body });
    if (answer?.status !== 200) return false;
  }
  return true;
}

async function row(
  world: World,
  name: string,
  sent: number,
  answers: ReadonlyMap<number, number>,
  problems: readonly string[],
): Promise<Row> {
  const recovery = await untilRecovered(world);
  const all = [
    ...problems,
    ...world.fleet.apps
      .filter(({ hasDied }) => hasDied)
      .map((app) => `${app.name} died: ${app.lastError}`),
    ...(recovery > 5000 ? [`time to recover: ${seconds(recovery)}`] : []),
  ];
  say(
    `${name} · ${number(sent)} sent · ${counts(answers)}${all.map((each) => ` · ${each}`).join('')}`,
  );
  return { name, sent, answers, problems: all };
}

const counts = (answers: ReadonlyMap<number, number>): string =>
  [...answers]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${String(status)}: ${number(count)}`)
    .join(', ');

const text = (rows: readonly Row[]): string =>
  `Requests made at random from the OpenAPI document (bodies as it has them and not, parts of JSON, any bytes; tokens that are valid, cut, or no tokens; headers of all kinds), and clients that keep to nothing. Each answer is one that the document has for this operation, or one that Node or the framework gives before any code of the app runs (${PROTOCOL.join(', ')}). While slow and idle connections last, others log in; afterwards every app works within 5 s.

${table(
  ['What', 'Answers', 'By status', 'Findings'],
  rows.map(({ name, sent, answers, problems }) => [
    name,
    number(sent),
    counts(answers) || 'none',
    String(problems.length),
  ]),
)}`;
