import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Stops the server if this process ends without doing so, even by `kill -9`, and then removes data
 * that are not persistent.
 */
export function stopWithUs(server: ChildProcess, folder = ''): void {
  // The pipe closes with this process, which ends `cat`.
  const script = `cat
    kill -INT "$0"
    while kill -0 "$0"; do sleep 0.1; done
    [ -z "$1" ] || rm -rf -- "$1"`;
  const guard = spawn('sh', ['-c', script, String(server.pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without `sh`, only `stop()` stops the server.
  guard.on('error', () => undefined);
  for (const end of ['exit', 'error']) server.once(end, () => guard.kill('SIGKILL'));
}
