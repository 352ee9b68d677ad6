import { SHOP, STAFF } from '../../examples/host/mini-programs.js';
import { WechatSandbox } from '../../src/testing/index.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { call, type Answer, type Call } from './http.js';
import type { Platform } from './platforms.js';
import { Program } from './shell.js';
import { until } from './until.js';

const MAIN = ['--import', '@swc-node/register/esm-register', 'examples/host/main.ts'];
const SECRETS = {
  SHOP_SECRET: 'the-AppSecret-of-the-shop-in-use',
  STAFF_SECRET: 'the-AppSecret-of-the-staff-inuse',
};

/** Compiling the app takes its time on a machine under load. */
const START_MS = 100_000;

/** Somebody who has logged in. */
export interface HostUser {
  readonly userId: string;
  readonly token: string;
  readonly isNewUser: boolean;
  readonly account: { readonly role: string };
}

/** `examples/host` in a process of its own, on a new database and the sandbox. */
export class HostApp {
  private constructor(
    readonly database: TestDatabase,
    readonly wechat: WechatSandbox,
    private readonly program: Program,
  ) {}

  static async start({ name }: Platform): Promise<HostApp> {
    const database = await createTestDatabase();
    const wechat = await WechatSandbox.start({
      apps: [
        { appid: SHOP, secret: SECRETS.SHOP_SECRET },
        { appid: STAFF, secret: SECRETS.STAFF_SECRET },
      ],
    });
    const program = new Program([process.execPath, ...MAIN], process.cwd(), {
      ...SECRETS,
      DATABASE_URL: database.url,
      WECHAT_BASE_URL: wechat.url,
      PLATFORM: name.toLowerCase(),
      PORT: '0',
      LOG_SQL: 'true',
      NO_COLOR: '1',
    });
    const app = new HostApp(database, wechat, program);
    try {
      await program.prints('ready', START_MS);
    } catch (error) {
      await app.close();
      throw error;
    }
    return app;
  }

  async close(): Promise<void> {
    if (this.program.isRunning) await this.program.interrupt('SIGTERM');
    await this.wechat.close();
    await this.database.drop();
  }

  get url(): string {
    return /^ready: (.*)$/m.exec(this.program.stdout)?.[1] ?? '';
  }

  call(method: string, path: string, options: Call = {}): Promise<Answer> {
    return call(method, this.url + path, options);
  }

  graphql(query: string, token?: string): Promise<Answer> {
    return this.call('POST', '/graphql', { token, body: { query } });
  }

  tryToLogIn(openid: string, appid = SHOP): Promise<Answer> {
    const code = this.wechat.issueCode({ openid, appid });
    return this.call('POST', '/wechat/login', { body: { code, appid } });
  }

  async logIn(openid: string, appid = SHOP): Promise<HostUser> {
    const { status, body, text } = await this.tryToLogIn(openid, appid);
    if (status !== 200) throw new Error(`The login answered ${String(status)}: ${text}`);
    return body?.data as HostUser;
  }

  async logInManager(): Promise<HostUser> {
    const manager = await this.logIn('o-manager');
    await this.database.query(`UPDATE account SET role = 'manager' WHERE id = $1`, [
      manager.userId,
    ]);
    return manager;
  }

  /** The log lines of level error. */
  get errors(): string[] {
    const { stdout, stderr } = this.program;
    return (stdout + stderr).split('\n').filter((line) => /\bERROR\b/.test(line));
  }

  /** The statements during the work, without those of the audit log: it writes when it can. */
  async statementsDuring(work: () => Promise<unknown>): Promise<string[]> {
    const before = this.program.stdout.length;
    await work();
    // Output comes in order: once this login can be seen, all before it can.
    await this.logIn('o-mark');
    const end = (): number => this.program.stdout.indexOf('query: START TRANSACTION', before);
    await until(() => end() >= 0);
    const statements = this.program.stdout.slice(before, end()).split('query: ').slice(1);
    return statements.filter((statement) => !statement.includes('audit_entry'));
  }
}
