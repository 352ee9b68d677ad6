import { QueryFailedError } from 'typeorm';

/** The fields of a driver's error that hold no value of a row or parameter. */
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

/** Why Postgres did not answer, without any value that was sent: fit for logs. */
export class PostgresError extends Error implements Partial<Record<Field, string>> {
  override readonly name = 'PostgresError';
  declare readonly code?: string;

  /** @param error - of the driver, or of TypeORM around it; a hook of the host may throw anything. */
  constructor(error: unknown) {
    const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
    const fields = (driverError ?? {}) as Partial<Record<string, unknown>>;
    const { message, code, severity } = fields as Record<string, string | undefined>;
    // Where several addresses were tried, the error has a code and no message. Messages about data
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
   * Whether Postgres has announced the end of the connection: it shuts down, or the backend was
   * terminated (classes 57P and 08 of its error codes). The connection closes a moment later.
   */
  get isEndOfConnection(): boolean {
    return /^(57P|08)/.test(this.code ?? '');
  }

  /** For the log, with what the operator can do. */
  get line(): string {
    const remedy = this.code === '42P01' ? ': run wechatAuthMigrations' : '';
    return [this.message, this.code].join(' ').trim() + remedy;
  }
}
