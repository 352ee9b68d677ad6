import { beforeEach, describe, expect, it } from '@jest/globals';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { WechatStore } from '../store/wechat-store.js';
import { LivenessProbes } from './liveness-probes.js';
import type { SessionClaims } from './session-claims.js';

interface Query {
  readonly users: string[];
  readonly sessions: string[];
  readonly epochs: number[];
  /** Answers that the sessions at these places, from 1, are live. */
  answer(...places: number[]): void;
  fail(error: Error): void;
}

const claims = (jti: string): SessionClaims => ({
  iss: 'us',
  aud: 'wx1',
  sub: `user of ${jti}`,
  jti,
  epoch: jti.length,
  iat: 0,
  exp: 1,
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('LivenessProbes', () => {
  let queries: Query[];
  let probes: LivenessProbes;

  beforeEach(() => {
    queries = [];
    const store = {
      table: () => 'a_table',
      query: (_: string, [users, sessions, epochs]: [string[], string[], number[]]) =>
        new Promise((resolve, reject) => {
          queries.push({
            users,
            sessions,
            epochs,
            answer: (...places) => {
              resolve(places.map((place) => ({ place })));
            },
            fail: reject,
          });
        }),
    };
    probes = new LivenessProbes(store as unknown as WechatStore);
  });

  /** What became of probes for these sessions. */
  const outcomes = (...ids: string[]): Promise<unknown[]> =>
    Promise.all(
      ids.map((id) =>
        probes.isLive(claims(id)).catch((error: unknown) => (error as Error).message),
      ),
    );

  it('asks for the user, the session and the epoch of each token', async () => {
    const answer = outcomes('a', 'bb');
    await nextTurn();
    expect(queries[0]).toMatchObject({
      users: ['user of a', 'user of bb'],
      sessions: ['a', 'bb'],
      epochs: [1, 2],
    });
    queries[0]?.answer(1, 2);
    expect(await answer).toEqual([true, true]);
  });

  it('gives each its own answer, in whatever order Postgres lists them', async () => {
    const answer = outcomes('a', 'b', 'c', 'd');
    await nextTurn();
    queries[0]?.answer(4, 1);
    expect(await answer).toEqual([true, false, false, true]);
  });

  it('sends what arrives together in one query', async () => {
    const answers = [outcomes('a'), outcomes('b')];
    await nextTurn();
    expect(queries.map(({ sessions }) => sessions)).toEqual([['a', 'b']]);
    queries[0]?.answer(2);
    expect(await Promise.all(answers)).toEqual([[false], [true]]);
  });

  it('never lets an answer under way speak for a request that came later', async () => {
    const early = outcomes('a');
    await nextTurn();
    const late = outcomes('a', 'b');
    await nextTurn();
    expect(queries).toHaveLength(1);
    queries[0]?.answer(1);
    expect(await early).toEqual([true]);
    await nextTurn();
    expect(queries.map(({ sessions }) => sessions)).toEqual([['a'], ['a', 'b']]);
    queries[1]?.answer(2);
    expect(await late).toEqual([false, true]);
  });

  it('remembers nothing: every probe is asked anew', async () => {
    for (const live of [true, false]) {
      const answer = outcomes('a');
      await nextTurn();
      queries.at(-1)?.answer(...(live ? [1] : []));
      expect(await answer).toEqual([live]);
      await nextTurn();
    }
    expect(queries).toHaveLength(2);
  });

  it('an outage fails all that wait, those that came in meanwhile too, and no later one', async () => {
    const early = outcomes('a', 'b');
    await nextTurn();
    const late = outcomes('c');
    queries[0]?.fail(new WechatAuthError('WX_STORE_UNAVAILABLE'));
    const { message } = new WechatAuthError('WX_STORE_UNAVAILABLE');
    expect(await early).toEqual([message, message]);
    expect(await late).toEqual([message]);
    expect(queries).toHaveLength(1);
    const next = outcomes('d');
    await nextTurn();
    queries[1]?.answer(1);
    expect(await next).toEqual([true]);
  });
});
