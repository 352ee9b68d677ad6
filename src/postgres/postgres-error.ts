import { QueryFailedError } from 'typeorm';

/** The fields of a driver's error that contain no value of a row or parameter. */
const SAFE_FIELDS = [
  'code',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'syscall',
] as const;

type Field = (typeof SAFE_FIELDS)[number];

/** An error of Postgres without the values that were sent: safe for logs. */
export class PostgresError extends Error implements Partial<Record<Field, string>> {
  override readonly name = 'PostgresError';
  declare readonly code?: string;

  /** @param error - from the driver or TypeORM; a login hook may throw anything. */
  constructor(error: unknown) {
    const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
    const fields = (driverError ?? {}) as Partial<Record<string, unknown>>;
    const { message, code, severity } = fields as Record<string, string | undefined>;
    // If several addresses were tried, the error has a code and no message. Messages about data
    // (class 22) quote values.
    super(
      severity !== undefined && code?.startsWith('22') === true
        ? 'Postgres refused a value'
        : (message ?? ''),
    );
    for (const field of SAFE_FIELDS) {
      const value = fields[field];
      if (typeof value === 'string') Object.assign(this, { [field]: value });
    }
  }

  /**
   * Whether Postgres is about to close the connection: it shuts down, or the backend was terminated
   * (error classes 57P and 08).
   */
  get isEndOfConnection(): boolean {
    return /^(57P|08)/.test(this.code ?? '');
  }

  /** A log line with what the operator can do. */
  get line(): string {
    const remedy = this.code === '42P01' ? ': run wechatAuthMigrations' : '';
    return [this.message, this.code].join(' ').trim() + remedy;
  }
}
