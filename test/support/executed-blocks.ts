import { Session } from 'node:inspector/promises';
import { readUserData } from '../../src/user-data/read-user-data.js';

/**
 * A program that reads user data, one after the other, and prints for each which code V8 executed of
 * src/user-data, block by block with the number of times. It is a separate process because Jest
 * counts blocks too.
 */
const [appid = '', sessionKey = '', cases = '[]'] = process.argv.slice(2);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** The code that was executed since the last call. */
async function executed(): Promise<string> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const scripts = result.filter(({ url }) => url.includes('/src/user-data/'));
  return JSON.stringify(scripts.map(({ url, functions }) => [url, functions]));
}

const blocks: string[] = [];
for (const data of JSON.parse(cases) as { encryptedData: string; iv: string }[]) {
  await executed();
  readUserData(sessionKey, data, { appid, maxAge: 3600 });
  blocks.push(await executed());
}
process.stdout.write(JSON.stringify(blocks));
