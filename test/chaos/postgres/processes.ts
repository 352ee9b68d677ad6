import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The process ids of a server and of all its children. */
export function serverProcesses(dataFolder: string): number[] {
  const server = Number.parseInt(readFileSync(`${dataFolder}/postmaster.pid`, 'utf8'), 10);
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const children = [...list.matchAll(/^\s*(\d+)\s+(\d+)$/gm)]
    .filter(([, , parent]) => Number(parent) === server)
    .map(([, child]) => Number(child));
  return [server, ...children];
}

/** Sends a signal to a process. @returns whether the process exists. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Waits until none of them runs any more. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some((pid) => signal(pid, 0) && !isZombie(pid))) await sleep(10);
}

/** A zombie: it has ended, but its parent has not yet read its status. */
function isZombie(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.startsWith('Z');
}
