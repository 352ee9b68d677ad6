import { Session } from 'node:inspector/promises';
import { readUserData } from '../../src/user-data/read-user-data.js';

/**
 * A program: reads user data, one after the other, and prints for each what V8 has executed of
 * src/user-data meanwhile, block by block with the number of times. A process of its own, as Jest
 * counts blocks as well.
 */
const [appid = '', sessionKey = '', cases = '[]'] = process.argv.slice(2);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** What was executed since the last call. */
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
