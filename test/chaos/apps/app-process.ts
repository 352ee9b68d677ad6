import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AppSettings, Listening, OpenApiDocument, Request, Usage } from './settings.js';

const PROGRAM = fileURLToPath(new URL('main.js', import.meta.url));
const LAST_LINES = 100;

/** An app in a separate process. */
export class AppProcess {
  /** Whether a load balancer sends requests to it. */
  isServing = true;
  /** Whether requests in progress may end without a response. */
  mayDrop = false;
  /** Its log lines. */
  lines = 0;
  private lastLines: string[] = [];
  private isLeaving = false;
  private told: Listening | undefined;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.keep(text);
      });
    }
  }

  /** @throws with its last lines, if it ends before it listens. */
  static async start(
    name: string,
    settings: AppSettings,
    env: NodeJS.ProcessEnv = {},
  ): Promise<AppProcess> {
    const child = fork(PROGRAM, {
      execArgv: ['--expose-gc', '--enable-source-maps'],
      env: {
        ...process.env,
        ...env,
        NODE_ENV: 'production',
        CHAOS_APP: JSON.stringify(settings),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const app = new AppProcess(name, child);
    const listening = once(child, 'message') as Promise<[Listening]>;
    const gone = once(child, 'exit').then(() => undefined);
    const started = await Promise.race([listening, gone]);
    if (started === undefined) throw new Error(`${name} did not start:\n${app.log}`);
    [app.told] = started;
    return app;
  }

  get url(): string {
    return this.told?.url ?? '';
  }

  get openApi(): OpenApiDocument | undefined {
    return this.told?.openApi;
  }

  /** Whether it has ended unexpectedly. */
  get hasDied(): boolean {
    return !this.isLeaving && (this.child.exitCode ?? this.child.signalCode) !== null;
  }

  get log(): string {
    return this.lastLines.join('\n');
  }

  /** The last line of an unhandled error. */
  get lastError(): string {
    return /^\w*error: .*$/im.exec(this.log)?.[0] ?? 'without a word';
  }

  async ask(request: Request): Promise<Usage> {
    this.child.send(request);
    const [answer] = (await once(this.child, 'message')) as [Usage];
    return answer;
  }

  /** @returns its exit code; `null` if a signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.isServing = false;
    this.mayDrop = signal === 'SIGKILL';
    if (this.hasDied) return this.child.exitCode;
    this.isLeaving = true;
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }

  private keep(text: string): void {
    const lines = text.split('\n').filter((line) => line !== '');
    this.lines += lines.length;
    this.lastLines = [...this.lastLines, ...lines].slice(-LAST_LINES);
  }
}
