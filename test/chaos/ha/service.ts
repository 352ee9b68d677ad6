import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { stopWithUs } from '../../../examples/demo/postgres/postgres-guard.js';
import { postgresAccount } from '../../../examples/demo/postgres/postgres-home.js';

/** A program that runs until it is stopped or this process ends. */
export class Service {
  private readonly child: ChildProcess;
  private words = '';

  constructor(
    private readonly name: string,
    program: string,
    args: readonly string[],
    folder: string,
  ) {
    this.child = spawn(program, args, {
      ...postgresAccount(),
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    stopWithUs(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (words: string) => {
        this.words = (this.words + words).slice(-4000);
      });
    }
  }

  /** @throws if it has ended unexpectedly */
  assertRunning(): void {
    if (this.hasEnded) throw new Error(`${this.name} ended:\n${this.words}`);
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
