/** An operation with its start, its end and its effect. */
export interface Operation<State> {
  readonly name: string;
  readonly start: number;
  /** `Infinity` if the outcome is unknown: it may take effect at any time, or never. */
  readonly end: number;
  /** The state after it; `undefined` if its result is impossible in that state. */
  readonly apply: (state: State) => State | undefined;
}

/** One possible order of the operations so far. */
interface Configuration<State> {
  readonly state: State;
  /** Operations in progress that have taken effect. */
  readonly done: ReadonlySet<Operation<State>>;
}

const MOST_CONFIGURATIONS = 200_000;

/**
 * Looks for an order of the operations in which each takes effect between its start and its end,
 * and has the result it had. Source: Wing and Gong, "Testing and Verifying Concurrent Objects",
 * 1993; Lowe, "Testing for Linearizability", 2017.
 *
 * @param initial - a state is compared as its text.
 * @returns the first operation whose result no such order explains; `undefined` if there is none.
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

/** Starts and ends by time; at the same time, starts first. */
function inOrder<State>(
  operations: readonly Operation<State>[],
): { operation: Operation<State>; isEnd: boolean }[] {
  const starts = operations.map((operation) => ({ operation, at: operation.start, isEnd: false }));
  const ends = operations.map((operation) => ({ operation, at: operation.end, isEnd: true }));
  return [...starts, ...ends.filter(({ at }) => at < Infinity)].toSorted(
    (a, b) => a.at - b.at || Number(a.isEnd) - Number(b.isEnd),
  );
}

/** The possible configurations after some of the pending operations have taken effect. */
function closure<State>(
  from: readonly Configuration<State>[],
  pending: ReadonlySet<Operation<State>>,
): Configuration<State>[] {
  const operations = [...pending];
  const keyOf = ({ state, done }: Configuration<State>): string =>
    `${String(state)}:${operations.map((each) => (done.has(each) ? 1 : 0)).join('')}`;
  const known = new Map(from.map((configuration) => [keyOf(configuration), configuration]));
  // The iteration of a Map includes entries that are added during it.
  for (const { state, done } of known.values()) {
    for (const operation of operations) {
      if (done.has(operation)) continue;
      const next = operation.apply(state);
      // It may not have happened, and has no effect.
      if (next === undefined || (next === state && operation.end === Infinity)) continue;
      const configuration = { state: next, done: new Set([...done, operation]) };
      const key = keyOf(configuration);
      if (!known.has(key)) known.set(key, configuration);
    }
    if (known.size > MOST_CONFIGURATIONS) throw new Error('This history is too large to check.');
  }
  return [...known.values()];
}

const without = <T>(all: ReadonlySet<T>, one: T): ReadonlySet<T> =>
  new Set([...all].filter((each) => each !== one));
