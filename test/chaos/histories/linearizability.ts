/** Something that was done, from when to when, and what it means. */
export interface Operation<State> {
  readonly name: string;
  readonly start: number;
  /** `Infinity` where nobody has said whether it was done: it may be, at any time, or never. */
  readonly end: number;
  /** The state after it; `undefined` where it cannot have had its result in that state. */
  readonly apply: (state: State) => State | undefined;
}

/** One order in which all may have happened so far. */
interface Configuration<State> {
  readonly state: State;
  /** Operations still under way that have taken effect. */
  readonly done: ReadonlySet<Operation<State>>;
}

const MOST_CONFIGURATIONS = 200_000;

/**
 * Looks for an order of the operations in which each takes effect between its start and its end,
 * and has the result it had. Source: Wing and Gong, "Testing and Verifying Concurrent Objects",
 * 1993; Lowe, "Testing for Linearizability", 2017.
 *
 * @param initial - a state is compared as its text.
 * @returns the first operation whose result no such order explains; `undefined` where all is well.
 */
export function findViolation<State>(
  operations: readonly Operation<State>[],
  initial: State,
): Operation<State> | undefined {
  const pending = new Set<Operation<State>>();
  let configurations: Configuration<State>[] = [{ state: initial, done: new Set() }];
  for (const { operation, isEnd } of inOrder(operations)) {
    if (!isEnd) {
      pending.add(operation);
      continue;
    }
    configurations = closure(configurations, pending)
      .filter(({ done }) => done.has(operation))
      .map(({ state, done }) => ({ state, done: without(done, operation) }));
    if (configurations.length === 0) return operation;
    pending.delete(operation);
  }
  return undefined;
}

/** Starts and ends by their time; of those at the same time the starts first. */
function inOrder<State>(
  operations: readonly Operation<State>[],
): { operation: Operation<State>; isEnd: boolean }[] {
  const starts = operations.map((operation) => ({ operation, at: operation.start, isEnd: false }));
  const ends = operations.map((operation) => ({ operation, at: operation.end, isEnd: true }));
  return [...starts, ...ends.filter(({ at }) => at < Infinity)].toSorted(
    (a, b) => a.at - b.at || Number(a.isEnd) - Number(b.isEnd),
  );
}

/** The configurations there can be once some of the pending operations have taken effect. */
function closure<State>(
  from: readonly Configuration<State>[],
  pending: ReadonlySet<Operation<State>>,
): Configuration<State>[] {
  const operations = [...pending];
  const keyOf = ({ state, done }: Configuration<State>): string =>
    `${String(state)}:${operations.map((each) => (done.has(each) ? 1 : 0)).join('')}`;
  const known = new Map(from.map((configuration) => [keyOf(configuration), configuration]));
  // A Map goes on over what is added on the way.
  for (const { state, done } of known.values()) {
    for (const operation of operations) {
      if (done.has(operation)) continue;
      const next = operation.apply(state);
      // One that may not have happened, and makes no difference.
      if (next === undefined || (next === state && operation.end === Infinity)) continue;
      const configuration = { state: next, done: new Set([...done, operation]) };
      const key = keyOf(configuration);
      if (!known.has(key)) known.set(key, configuration);
    }
    if (known.size > MOST_CONFIGURATIONS) throw new Error('This history is too much to check.');
  }
  return [...known.values()];
}

const without = <T>(all: ReadonlySet<T>, one: T): ReadonlySet<T> =>
  new Set([...all].filter((each) => each !== one));
