// Packs the client once for all tests: each pack builds it anew, and two at a time take files from
// each other.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import startPostgres from '../../../../test/support/global-setup.js';

export default async function globalSetup() {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-client-'));
  execFileSync('npm', ['pack', '--pack-destination', folder], {
    cwd: join(import.meta.dirname, '../..'),
    // npm passes its own settings on.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const [tarball = ''] = readdirSync(folder);
  process.env.PACKED_CLIENT = join(folder, tarball);
  await startPostgres();
}
