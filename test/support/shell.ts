import { spawn, type ChildProcess } from 'node:child_process';

type Command = readonly [program: string, ...args: string[]];

/** A program in its own process group, as a terminal starts it. */
export class Program {
  stdout = '';
  stderr = '';
  /** The exit code, once its output is complete; `null` if a signal ended it. */
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor([program, ...args]: Command, cwd: string, env: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(program, args, {
      cwd,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((end) => this.child.on('close', end));
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits until it prints a line that starts with `start`. */
  async prints(start: string, patienceMs?: number): Promise<this> {
    const printed = (): boolean => `\n${this.stdout}`.includes(`\n${start}`);
    await eventually(() => printed() || this.child.exitCode !== null, patienceMs);
    if (!printed()) throw new Error(`No line "${start}…" in:\n${this.stdout}${this.stderr}`);
    return this;
  }

  /** As Ctrl-C in a terminal: every process of the group gets the signal. */
  interrupt(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    process.kill(-(this.child.pid ?? NaN), signal);
    return this.ended;
  }

  killAlone(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Waits until the condition is true, or the time has passed. */
export async function eventually(isSo: () => boolean, patienceMs = 30_000): Promise<void> {
  for (let tries = 0; !isSo() && tries < patienceMs / 20; tries++) {
    await new Promise((next) => setTimeout(next, 20));
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
