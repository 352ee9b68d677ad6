import { describe, expect, it } from '@jest/globals';
import { GatheredQuery } from './gathered-query.js';

/** A query that ends when the test says so, and what it was asked. */
function controlled(): {
  query: GatheredQuery<string, string>;
  batches: string[][];
  /** @param place - of the query in progress that ends. */
  end: (error?: Error, place?: number) => Promise<void>;
} {
  const batches: string[][] = [];
  const ends: ((error?: Error) => void)[] = [];
  const query = new GatheredQuery<string, string>((questions) => {
    batches.push([...questions]);
    return new Promise((resolve, reject) => {
      ends.push((error) => {
        if (error) reject(error);
        else resolve(questions.map((question) => `answer to ${question}`));
      });
    });
  });
  const end = async (error?: Error, place = 0): Promise<void> => {
    ends.splice(place, 1)[0]?.(error);
    await turn();
  };
  return { query, batches, end };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ask = (query: GatheredQuery<string, string>, ...questions: string[]): Promise<string[]> =>
  Promise.all(questions.map((question) => query.ask(question, question)));

describe('GatheredQuery', () => {
  it('asks at the end of the turn, all together, and gives each its answer', async () => {
    const { query, batches, end } = controlled();
    const answers = ask(query, 'a', 'b', 'c');
    expect(batches).toEqual([]);
    await Promise.resolve();
    expect(batches).toEqual([['a', 'b', 'c']]);
    await end();
    expect(await answers).toEqual(['answer to a', 'answer to b', 'answer to c']);
  });

  it('asks at once while one question is in flight, and keeps no answer', async () => {
    const { query, batches, end } = controlled();
    const first = ask(query, 'a');
    await turn();
    const second = ask(query, 'a');
    await turn();
    expect(batches).toEqual([['a'], ['a']]);
    await end();
    await end();
    expect(await first).toEqual(['answer to a']);
    expect(await second).toEqual(['answer to a']);
  });

  it('asks together what arrives while two questions are in flight', async () => {
    const { query, batches, end } = controlled();
    const pair = ask(query, 'a', 'b');
    await turn();
    const others = ask(query, 'a', 'c', 'd');
    await turn();
    expect(batches).toEqual([['a', 'b']]);
    await end();
    expect(await pair).toEqual(['answer to a', 'answer to b']);
    expect(batches).toEqual([
      ['a', 'b'],
      ['a', 'c', 'd'],
    ]);
    await end();
    expect(await others).toEqual(['answer to a', 'answer to c', 'answer to d']);
  });

  it('sends one query for all if the last one ends while the next is scheduled', async () => {
    const { query, batches, end } = controlled();
    void ask(query, 'a');
    await turn();
    void ask(query, 'b', 'c');
    await turn();
    await end(undefined, 1);
    void ask(query, 'd', 'e');
    const ended = end();
    // The end of the query, but not yet the next turn.
    for (let i = 0; i < 10; i++) await Promise.resolve();
    void ask(query, 'f');
    await ended;
    expect(batches).toEqual([['a'], ['b', 'c'], ['d', 'e', 'f']]);
  });

  it('asks once for those who ask the same', async () => {
    const { query, batches, end } = controlled();
    const answers = ask(query, 'a', 'a', 'b', 'a');
    await turn();
    expect(batches).toEqual([['a', 'b']]);
    await end();
    expect(new Set(await answers)).toEqual(new Set(['answer to a', 'answer to b']));
  });

  it('waits for the requests of a turn once several have come together', async () => {
    const { query, batches, end } = controlled();
    const pair = ask(query, 'a', 'b');
    await turn();
    await end();
    await pair;
    const later = ask(query, 'c');
    await Promise.resolve();
    const last = ask(query, 'd');
    expect(batches).toHaveLength(1);
    await turn();
    expect(batches[1]).toEqual(['c', 'd']);
    await end();
    await Promise.all([later, last]);
    // And no longer once they come one at a time.
    const alone = ask(query, 'e');
    await turn();
    await end();
    await alone;
    const next = ask(query, 'f');
    await Promise.resolve();
    expect(batches.at(-1)).toEqual(['f']);
    await end();
    await next;
  });

  it('fails all that wait where a query fails, and works again afterwards', async () => {
    const { query, batches, end } = controlled();
    const failed = ask(query, 'a', 'b');
    await turn();
    const meanwhile = ask(query, 'c');
    const failures = Promise.allSettled([failed, meanwhile]);
    await end(new Error('outage'));
    for (const failure of await failures) {
      expect(failure).toMatchObject({ status: 'rejected', reason: { message: 'outage' } });
    }
    expect(batches).toEqual([['a', 'b']]);
    const again = ask(query, 'd');
    await turn();
    await end();
    expect(await again).toEqual(['answer to d']);
  });
});
