import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Stops the server when this process has gone without doing so, even by `kill -9`, and then removes
 * the folder of data that nobody wants to keep.
 */
export function stopWithUs(server: ChildProcess, folder = ''): void {
  // Our end of the pipe closes with us, and `cat` ends.
  const script = `cat
    kill -INT "$0"
    while kill -0 "$0"; do sleep 0.1; done
    [ -z "$1" ] || rm -rf -- "$1"`;
  const guard = spawn('sh', ['-c', script, String(server.pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Where there is no `sh`, only `stop()` stops the server.
  guard.on('error', () => undefined);
  for (const end of ['exit', 'error']) server.once(end, () => guard.kill('SIGKILL'));
}
