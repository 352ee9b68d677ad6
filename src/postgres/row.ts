/**
 * A row of a result. Values are strings with the driver `pg`, and may have their JavaScript type
 * with other drivers. A value of any other type is an error, so that it never affects a decision.
 */
export class Row {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  text(name: string): string {
    const value = this.values[name];
    if (typeof value !== 'string') throw unexpected(name);
    return value;
  }

  textOrNull(name: string): string | null {
    return this.values[name] === null ? null : this.text(name);
  }

  number(name: string): number {
    const value = this.values[name];
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) throw unexpected(name);
    return number;
  }

  boolean(name: string): boolean {
    const value = this.values[name];
    if (value === true || value === 't') return true;
    if (value === false || value === 'f') return false;
    throw unexpected(name);
  }

  /** From seconds since 1970. */
  date(name: string): Date {
    return new Date(Math.round(this.number(name) * 1000));
  }
}

const unexpected = (name: string): Error =>
  new Error(`Postgres returned a value of an unexpected type for ${name}`);
