import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import { buildClient } from '../../../examples/demo/page.js';
import { platforms } from '../../../test/support/platforms.js';
import type * as Client from '../src/index.js';
import { NodeWx } from './support/node-wx.js';
import { startStage, type Stage } from './support/stage.js';

const require = createRequire(import.meta.url);
const HOUR = 3_600_000;
const NAMES = ['WxSessionError', 'createWxSession'];
const built = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-miniprogram-'));
const read = (file: string): string => readFileSync(join(built, file), 'utf8');

beforeAll(() => {
  execFileSync(process.execPath, ['packages/miniprogram/build.js', built], { stdio: 'pipe' });
});

afterAll(() => rm(built, { recursive: true }));

/** A mini program on a phone: the built client, with `wx` and nothing of Node around it. */
function createPhone(
  stage: Stage,
  openid: string,
): { wx: NodeWx; client: Client.WxSessionClient; setClock: (hours: number) => void } {
  const wx = new NodeWx(() => stage.wechat.issueCode({ openid }));
  let skew = 0;
  const clock = (): number => Date.now() + skew;
  const module = { exports: {} as typeof Client };
  const globals = { wx, module, exports: module.exports, setTimeout, clearTimeout, clock };
  const context = createContext(globals);
  runInContext('Date.now = clock', context);
  runInContext(read('miniprogram_dist/index.js'), context);
  const client = module.exports.createWxSession({ baseUrl: stage.url });
  const setClock = (hours: number): void => {
    skew = hours * HOUR;
  };
  return { wx, client, setClock };
}

/** Seconds: long enough for fifty requests on a busy machine. */
const LIFETIME = 12;

/** Hours by which the clock of a phone is ahead. */
const CLOCKS = [0, 12, -12];

describe.each(platforms)('the built client, with an app on $name', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform, { options: { session: { expiresIn: LIFETIME } } });
  });
  afterAll(() => stage.close());

  it('logs in, asks a guarded route and logs out', async () => {
    const { wx, client } = createPhone(stage, 'o-built');
    const { userId, expiresAt } = await client.login();
    expect(client.session).toEqual({ userId, expiresAt });
    const answer = await client.request({ url: '/me' });
    expect(answer).toMatchObject({ statusCode: 200, data: { userId } });
    await client.logout();
    expect(client.session).toBeUndefined();
    expect(wx.logins).toBe(1);
  });

  describe('whose session has expired', () => {
    const phones = new Map<number, ReturnType<typeof createPhone>>();

    beforeAll(async () => {
      for (const hours of CLOCKS) {
        const phone = createPhone(stage, `o-late${hours}`);
        phones.set(hours, phone);
        await phone.client.login();
        phone.setClock(hours);
      }
      await new Promise((passed) => setTimeout(passed, (LIFETIME + 0.1) * 1000));
    }, 60_000);

    it.each(CLOCKS)(
      'answers fifty requests after one login, with a clock %i hours ahead',
      async (hours) => {
        const { wx, client } = phones.get(hours)!;
        // A clock that is behind does not notice the expiry; the server does.
        expect(client.session === undefined).toBe(hours >= 0);
        wx.forgetAll();
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => client.request({ url: '/me' })),
        );
        expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(200));
        expect(wx.logins).toBe(1);
      },
    );
  });

  it('rejects when the server cannot be reached', async () => {
    const { client } = createPhone({ ...stage, url: 'http://127.0.0.1:1' }, 'o-lost');
    await expect(client.login()).rejects.toMatchObject({
      errorCode: 'WX_REQUEST_FAILED',
      message: 'wx.request failed: request:fail',
    });
  });
});

describe('the files that users get', () => {
  const files = [
    ['dist/index.js', 'module'],
    ['dist/index.cjs', 'script'],
    ['miniprogram_dist/index.js', 'script'],
  ] as const;

  it.each(files.map(([file]) => file))('%s has at most 4 KB, gzipped as it is', (file) => {
    const size = gzipSync(read(file), { level: 9 }).length;
    process.stdout.write(`${file}: ${size} bytes gzipped\n`);
    expect(size).toBeLessThanOrEqual(4 * 1024);
  });

  it.each(files)('%s needs nothing that a mini program lacks', (file, sourceType) => {
    const names = ['wx', 'setTimeout', 'clearTimeout'];
    if (sourceType === 'script') names.push('exports');
    const globals = Object.fromEntries(names.map((name) => [name, 'readonly'] as const));
    const messages = new Linter().verify(read(file), {
      languageOptions: { ecmaVersion: 2017, sourceType, globals },
      rules: { 'no-undef': 'error' },
    });
    expect(messages).toEqual([]);
  });

  it('are the ones that the page of the demo runs', async () => {
    expect(await buildClient()).toBe(read('dist/index.js'));
  });

  it('can be imported and required', async () => {
    const esm = pathToFileURL(join(built, 'dist/index.js')).href;
    expect(Object.keys((await import(esm)) as object).sort()).toEqual(NAMES);
    for (const file of ['dist/index.cjs', 'miniprogram_dist/index.js']) {
      expect(Object.keys(require(join(built, file)) as object).sort()).toEqual(NAMES);
    }
  });
});
