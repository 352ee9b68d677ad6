import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Question } from './serve.js';

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

type Commands<C> = { [Name in keyof C]: (input: never) => unknown };

/** A process of its own that answers commands; its module calls `serve`. */
export class Worker<C extends Commands<C>> {
  private readonly waiting = new Map<number, Waiting>();
  private readonly gone: Promise<unknown>;
  private asked = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {
    this.gone = once(child, 'exit');
    child.on('message', (answer) => {
      this.settle(answer as Answer);
    });
    child.once('exit', (code, signal) => {
      const end = new Error(`${name} ended with ${String(code ?? signal)}.`);
      for (const { reject } of this.waiting.values()) reject(end);
      this.waiting.clear();
    });
  }

  /** Starts `program`, a path from the folder of the benchmark, and waits until it is ready. */
  static async start<C extends Commands<C>>(
    program: string,
    config: object = {},
    execArgv: readonly string[] = [],
  ): Promise<Worker<C>> {
    const file = fileURLToPath(new URL(`../${program}`, import.meta.url));
    const child = fork(file, {
      execArgv: [...execArgv],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const worker = new Worker<C>(child, program);
    try {
      await worker.send('start', config);
    } catch (error) {
      await worker.stop();
      throw error;
    }
    return worker;
  }

  ask<Name extends keyof C & string>(
    name: Name,
    input: Parameters<C[Name]>[0],
  ): Promise<Awaited<ReturnType<C[Name]>>> {
    return this.send(name, input);
  }

  /** Lets it close what it opened, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.gone;
  }

  private send<Result>(name: string, input: unknown): Promise<Result> {
    const question: Question = { id: ++this.asked, name, input };
    return new Promise((resolve, reject) => {
      this.waiting.set(question.id, { resolve, reject });
      this.child.send(question, (error) => {
        if (error) reject(error);
      });
    });
  }

  private settle({ id, result, error }: Answer): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiting?.resolve(result as never);
    else waiting?.reject(new Error(`${this.name}: ${error}`));
  }
}
