import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { WechatSandbox } from '../src/testing/index.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn, type Answer } from './support/http.js';
import { platforms } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

const PROGRAM = ['--import', '@swc-node/register/esm-register', 'test/support/short-lived-app.ts'];

describe.each(platforms)('an app that closes over $name', ({ name }) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let started: ChildProcess | undefined;

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
  });
  afterEach(() => {
    started?.kill('SIGKILL');
  });

  it('responds to the requests in flight, and its process exits without being killed', async () => {
    const child = spawn(process.execPath, [...PROGRAM, database.url, wechat.url, name], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    started = child;
    const exit = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    const token = await logIn(url, wechat.issueCode());

    const first = call('GET', `${url}/me`, { token });
    const answers = Promise.allSettled([
      first,
      ...Array.from({ length: 50 }, () => call('GET', `${url}/me`, { token })),
      ...Array.from({ length: 5 }, () =>
        call('POST', `${url}/wechat/login`, { body: { code: wechat.issueCode() } }),
      ),
    ]);
    await first;
    child.stdin.end();

    const answered = (await answers)
      .filter((answer): answer is PromiseFulfilledResult<Answer> => answer.status === 'fulfilled')
      .map(({ value }) => value.status);
    expect(answered).not.toEqual([]);
    for (const status of answered) expect([200, 503]).toContain(status);
    // A timer or a connection that stays open would keep the process running.
    expect(await exit).toEqual([0, null]);
  }, 60_000);

  it('drops no request of a load balancer when instances are replaced one after the other', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const instances = new Map<string, ChildProcess>();
    const start = async (): Promise<string> => {
      const child = spawn(process.execPath, [...PROGRAM, database.url, wechat.url, name], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const url = line.toString().trim();
      instances.set(url, child);
      return url;
    };
    let isDone = false;
    try {
      let ready = [await start()];
      const token = await logIn(ready[0] ?? '', wechat.issueCode());
      const outcomes: Record<string, number> = {};
      const client = async (i: number): Promise<void> => {
        for (let n = i; !isDone; n++) {
          const url = ready[n % ready.length] ?? '';
          const outcome = await statusOf(`${url}/me`, { agent, token }).catch(String);
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        }
      };
      const clients = Array.from({ length: 8 }, (_, i) => client(i));
      for (let restart = 0; restart < 2; restart++) {
        const [old] = instances.keys();
        const next = await start();
        ready = [...ready, next];
        const leaving = instances.get(old ?? '');
        leaving?.kill('SIGTERM');
        while ((await statusOf(`${old ?? ''}/ready`, { agent, token })) === 200) await sleep(50);
        ready = [next];
        if (leaving) expect(await once(leaving, 'exit')).toEqual([0, null]);
        instances.delete(old ?? '');
      }
      isDone = true;
      await Promise.all(clients);
      expect(Object.keys(outcomes)).toEqual(['200']);
      expect(outcomes['200']).toBeGreaterThan(100);
    } finally {
      isDone = true;
      agent.destroy();
      for (const child of instances.values()) child.kill('SIGKILL');
    }
  }, 60_000);
});

/** The status of one request on a connection that is used again. */
function statusOf(url: string, { agent, token }: { agent: Agent; token: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(
      url,
      { agent, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        response.resume().on('end', () => {
          resolve(response.statusCode ?? 0);
        });
      },
    );
    request.on('error', reject);
  });
}
