import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type AfterQueryEvent,
  type BeforeQueryEvent,
  type EntitySubscriberInterface,
} from 'typeorm';
import { Steps, type EndStep } from './steps.js';

/** Server and Postgres: the kind of each statement and its tables, never a parameter. */
@Injectable()
export class PostgresSteps implements EntitySubscriberInterface {
  private readonly underWay = new WeakMap<object, EndStep>();

  constructor(
    dataSource: DataSource,
    private readonly steps: Steps,
  ) {
    dataSource.subscribers.push(this);
  }

  beforeQuery({ query, queryRunner }: BeforeQueryEvent): void {
    const end = this.steps.begin({ name: kindOf(query), from: 'server', to: 'postgres' }, {});
    this.underWay.set(queryRunner, end);
  }

  afterQuery({ queryRunner, success, rawResults }: AfterQueryEvent): void {
    this.underWay.get(queryRunner)?.(resultOf(rawResults), !success);
  }
}

/** The number of rows, or the result of the guard's query. */
function resultOf(rawResults: unknown): Record<string, string> {
  const { rowCount, rows = [] } = (rawResults ?? {}) as QueryResult;
  const [{ asked, ended, is_standby: isGuards } = {}] = rows;
  if (typeof ended === 'string') {
    const places = ended === '' ? [] : ended.split(',');
    return { sessions: String(asked), ended: String(places.length) };
  }
  if (isGuards === undefined) return { rows: String(rowCount ?? 0) };
  // With users: a session that has ended has none.
  const withoutUser = rows.filter(({ id }) => id === null);
  return { sessions: String(rows.length), ended: String(withoutUser.length) };
}

interface QueryResult {
  rowCount?: number | null;
  rows?: Record<string, unknown>[];
}

/** Such as `INSERT wechat_user`. */
function kindOf(query: string): string {
  const [verb = ''] = query.trim().split(/\s/, 1);
  const tables = new Set(query.match(/wechat_\w+/g));
  return [verb.toUpperCase(), [...tables].join(', ')].join(' ').trim();
}
