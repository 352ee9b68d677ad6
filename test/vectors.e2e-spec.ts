import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { SigningKey } from '../src/sessions/signing-key.js';
import { call } from './support/http.js';
import type { ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

const folder = process.env.WECHAT_VECTORS_DIR;

interface Vector {
  tcId: number;
  comment: string;
  jws: unknown;
  result: 'valid' | 'invalid';
}
interface Group {
  private?: { kty: string; k: string };
  tests: Vector[];
}

const read = (file: string): { testGroups: Group[] } =>
  folder === undefined
    ? { testGroups: [] }
    : (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { testGroups: Group[] });

/** Shown as skipped if the vectors are not available. */
const withVectors = folder === undefined ? describe.skip : describe;

withVectors('the JWS vectors of Wycheproof (set WECHAT_VECTORS_DIR)', () => {
  const { testGroups } = read('json_web_signature_test.json');
  const vectors = testGroups.flatMap(({ tests }) => tests);
  const servers = useTestServers();
  let server: ListeningApp;

  beforeAll(async () => {
    ({ server } = await servers.all());
  });

  it('[M-01] are all refused by the guard', async () => {
    expect(vectors).toHaveLength(401);
    for (const { jws } of vectors) {
      const token = typeof jws === 'string' ? jws : JSON.stringify(jws);
      const answer = await call('GET', `${server.url}/me`, { token });
      // Node refuses those that are too long for a header or have characters not allowed in one.
      expect([400, 401, 431]).toContain(answer.status);
    }
  });

  it('[M-02] of HS256 are verified as expected, except four that contradict the others', () => {
    const disagreed: number[] = [];
    let count = 0;
    for (const { private: key, tests } of testGroups) {
      if (key?.kty !== 'oct') continue;
      const signingKey = new SigningKey(createSecretKey(Buffer.from(key.k, 'base64url')), 'wx1');
      for (const { tcId, jws, result } of tests) {
        const valid = typeof jws === 'string' && signingKey.verify(jws) !== undefined;
        if (valid !== (result === 'valid')) disagreed.push(tcId);
        count++;
      }
    }
    expect(count).toBe(40);
    // 367 and 370 are byte for byte the valid 357; 372 and 373 have characters outside base64url.
    expect(disagreed).toEqual([367, 370, 372, 373]);
  });
});
