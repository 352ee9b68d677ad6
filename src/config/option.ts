import { isRecord } from '../common/is-record.js';

/** One option of the module. */
export interface Option<T> {
  readonly default: T;
  /** For the tables of the READMEs. */
  readonly description: string;
  /** The environment variable that `wechatAuthConfig` reads it from. */
  readonly env?: string;
  /** What a value must be; completes a sentence that starts with the option's name. */
  readonly must: string;
  /** The value as the services use it, or `undefined` if it is not valid. */
  readonly read: (value: unknown) => T | undefined;
}

/** Options by name, in the groups in which the app writes them. */
export interface OptionGroup {
  readonly [name: string]: Option<unknown> | OptionGroup;
}

/** The values of a table of options. */
export type Resolved<T> = {
  readonly [K in keyof T]: T[K] extends Option<infer Value> ? Value : Resolved<T[K]>;
};

/** A table must have a row for each key of the public type. */
export type OptionTable<Options> = {
  readonly [K in keyof Options]-?:
    | Option<unknown>
    | (NonNullable<Options[K]> extends object ? OptionTable<NonNullable<Options[K]>> : never);
};

export const isOption = (entry: Option<unknown> | OptionGroup): entry is Option<unknown> =>
  typeof entry.read === 'function';

/**
 * Reads `given` according to the table and adds the defaults.
 *
 * @param problems - receives a message for each mistake, without the value.
 * @param path - of the group, such as `['session']`.
 * @param others - further allowed names, which are read elsewhere.
 */
export function readOptions<T extends OptionGroup>(
  table: T,
  given: unknown,
  problems: string[],
  { path = [], others = [] }: { path?: readonly string[]; others?: readonly string[] } = {},
): Resolved<T> {
  const group = path.length === 0 ? 'the options' : path.join('.');
  if (given !== undefined && !isRecord(given)) problems.push(`${group} must be an object.`);
  const values = isRecord(given) ? given : {};
  const known = [...others, ...Object.keys(table)];
  // A misspelled option would silently keep its default.
  for (const name of Object.keys(values).filter((each) => !known.includes(each))) {
    problems.push(`${group}: "${name}" is not an option; there are ${known.join(', ')}.`);
  }
  const entries = Object.entries(table).map(([name, entry]) => {
    const [value, at] = [values[name], [...path, name]];
    if (!isOption(entry)) return [name, readOptions(entry, value, problems, { path: at })];
    if (value === undefined) return [name, entry.default];
    const read = entry.read(value);
    if (read === undefined) problems.push(`${at.join('.')} must be ${entry.must}.`);
    return [name, read];
  });
  return Object.fromEntries(entries) as Resolved<T>;
}
