import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import stopPostgres from '../../../../test/support/global-teardown.js';

export default async function globalTeardown() {
  rmSync(dirname(process.env.PACKED_CLIENT), { recursive: true, force: true });
  await stopPostgres();
}
