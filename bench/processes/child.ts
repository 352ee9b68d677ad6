import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A call of a function that the module of the process exports. */
export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

type Functions<M> = { [Name in keyof M]: (...args: never) => unknown };

/** A module in a process of its own, which does one call after the other. */
export class Child<M extends Functions<M>> {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  /** @param module - from this folder, such as `./load.js`. */
  constructor(
    private readonly module: string,
    execArgv: readonly string[] = [],
  ) {
    this.child = fork(new URL('run-module.js', import.meta.url), [module], {
      execArgv: [...execArgv],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.ended = once(this.child, 'exit');
  }

  async call<Name extends keyof M & string>(
    name: Name,
    ...args: Parameters<M[Name]>
  ): Promise<Awaited<ReturnType<M[Name]>>> {
    const answered = once(this.child, 'message') as Promise<[Answer]>;
    const ended = this.ended.then((): never => {
      throw new Error(`${this.module} ended before ${name} did.`);
    });
    this.child.send({ name, args } satisfies Call);
    const [{ result, error }] = await Promise.race([answered, ended]);
    if (error !== undefined) throw new Error(`${this.module} ${name}: ${error}`);
    return result as Awaited<ReturnType<M[Name]>>;
  }

  /** Waits until the process has ended, in good order so that a profile is written. */
  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }
}
