import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
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
});
