import { Client } from 'pg';
import type { WechatAuthOptions } from '../../src/index.js';
import { WechatSandbox } from '../../src/testing/index.js';
import { startPostgres, type RunningPostgres } from './postgres/postgres.js';

const DEMO_APP = { appid: 'wx0000000000000001', secret: 'the-AppSecret-of-the-demo-sandbox' };

/** An error in the environment, with a message for the user who started the demo. */
export class DemoError extends Error {}

/** The database and WeChat of the demo, and how to stop what it started. */
export interface Environment {
  readonly databaseUrl: string;
  readonly wechat: WechatAuthOptions;
  /** Absent with the real WeChat. */
  readonly sandbox: WechatSandbox | undefined;
  stop(): Promise<void>;
}

/** The parts from the environment variables; the others are started here. */
export async function prepareEnvironment(): Promise<Environment> {
  const { DATABASE_URL, WECHAT_APPID, WECHAT_SECRET } = process.env;
  if (Boolean(WECHAT_APPID) !== Boolean(WECHAT_SECRET)) {
    throw new DemoError('For the real WeChat, set both WECHAT_APPID and WECHAT_SECRET.');
  }
  if (DATABASE_URL && !isDatabaseUrl(DATABASE_URL)) {
    throw new DemoError(
      'DATABASE_URL must look like postgres://user:password@localhost:5432/database.',
    );
  }
  // Its AppSecret is public: anyone could forge the sessions of the users in that database.
  if (DATABASE_URL && !WECHAT_APPID && !isOnThisMachine(DATABASE_URL)) {
    throw new DemoError(
      'The database of DATABASE_URL is not on this machine, and the sandbox is only for tests: set WECHAT_APPID and WECHAT_SECRET as well.',
    );
  }
  const sandbox = WECHAT_APPID ? undefined : await startSandbox();
  try {
    const postgres = DATABASE_URL ? undefined : await startDatabase();
    return {
      databaseUrl: postgres?.url() ?? DATABASE_URL ?? '',
      wechat: sandbox
        ? // With a timeout fault, the page must show the result soon.
          { ...DEMO_APP, wechat: { baseUrl: sandbox.url, timeout: 2000 } }
        : { appid: WECHAT_APPID ?? '', secret: WECHAT_SECRET ?? '' },
      sandbox,
      stop: async () => {
        await sandbox?.close();
        await postgres?.stop();
      },
    };
  } catch (error) {
    await sandbox?.close();
    throw error;
  }
}

async function startSandbox(): Promise<WechatSandbox> {
  const port = portFrom('WECHAT_SANDBOX_PORT', 3001);
  try {
    return await WechatSandbox.start({ port, apps: [DEMO_APP] });
  } catch (error) {
    throw explained(error, port, 'WECHAT_SANDBOX_PORT');
  }
}

async function startDatabase(): Promise<RunningPostgres> {
  try {
    return await startPostgres({ dataDir: '.demo/postgres', persistent: true });
  } catch (cause) {
    throw new DemoError((cause as Error).message, { cause });
  }
}

const isDatabaseUrl = (text: string): boolean =>
  URL.canParse(text) && /^postgres(ql)?:\/\//.test(text);

/** As `pg` reads it: the host may also be in the query, or the path of a socket. */
function isOnThisMachine(databaseUrl: string): boolean {
  const { host } = new Client({ connectionString: databaseUrl });
  return /^(localhost|127(\.\d{1,3}){3}|::1|\/.*)$/.test(host);
}

/** A port from the environment. @throws {@link DemoError} */
export function portFrom(name: string, byDefault: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return byDefault;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new DemoError(`${name} must be a port, from 0 to 65535.`);
}

/** What to do if a port is not available. */
export function explained(error: unknown, port: number, name: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new DemoError(
      `Port ${String(port)} is taken: stop what uses it, or set ${name} to another one.`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new DemoError(
      'HOST must be an address of this machine, such as 0.0.0.0 for all of them.',
    );
  }
  if (code === 'EACCES') {
    return new DemoError(`Port ${String(port)} is not allowed: set ${name} to one above 1023.`);
  }
  return error;
}
