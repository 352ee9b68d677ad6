import { fork } from 'node:child_process';
import { once } from 'node:events';

type Functions<M> = { [Name in keyof M]: (...args: never) => unknown };
type Call = readonly [name: string, args: unknown[]];
type Answer = [{ readonly result?: unknown; readonly error?: string }];

/** A child process that executes one call after the other. */
export class Child<M extends Functions<M>> {
  private readonly child;
  private readonly ended: Promise<unknown>;

  /** @param module - calls {@link serve}; a file of this folder, such as `./server.js`. */
  constructor(
    private readonly module: string,
    execArgv: string[] = [],
  ) {
    const env = { ...process.env, NODE_ENV: 'production' };
    this.child = fork(new URL(module, import.meta.url), { execArgv, env });
    this.ended = once(this.child, 'exit');
  }

  async call<Name extends keyof M & string>(
    name: Name,
    ...args: Parameters<M[Name]>
  ): Promise<Awaited<ReturnType<M[Name]>>> {
    this.child.send([name, args] satisfies Call);
    const answered = once(this.child, 'message') as Promise<Answer>;
    const ended = this.ended.then((): Answer => [{ error: 'the process has ended' }]);
    const [{ result, error }] = await Promise.race([answered, ended]);
    if (error !== undefined) throw new Error(`${this.module} ${name}: ${error}`);
    return result as Awaited<ReturnType<M[Name]>>;
  }

  /** Waits for a normal exit of the process, so that a profile is written. */
  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }
}

/** Executes the calls of the parent process, and ends with it. */
export function serve<M extends Functions<M>>(functions: M): void {
  const answerTo = async ([name, args]: Call): Promise<Answer[0]> => {
    const call: (...args: never) => unknown = functions[name as keyof M];
    try {
      return { result: await call(...(args as never)) };
    } catch (error) {
      return { error: String(error) };
    }
  };
  process.once('disconnect', () => process.exit());
  process.on('message', (call: Call) => {
    void answerTo(call).then((answer) => process.send?.(answer));
  });
}
