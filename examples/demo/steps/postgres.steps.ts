import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type AfterQueryEvent,
  type BeforeQueryEvent,
  type EntitySubscriberInterface,
} from 'typeorm';
import { Steps, type EndStep } from './steps.js';

/** Server and Postgres: which kind of statement on which tables, and never a parameter. */
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
    const end = this.steps.begin(kindOf(query), 'server', 'postgres', {});
    this.underWay.set(queryRunner, end);
  }

  afterQuery({ queryRunner, success, rawResults }: AfterQueryEvent): void {
    const { rowCount } = (rawResults ?? {}) as { rowCount?: number | null };
    this.underWay.get(queryRunner)?.({ rows: String(rowCount ?? 0) }, !success);
  }
}

/** Such as `INSERT wechat_user`. */
function kindOf(query: string): string {
  const [verb = ''] = query.trim().split(/\s/, 1);
  const tables = new Set(query.match(/wechat_\w+/g));
  return [verb.toUpperCase(), [...tables].join(', ')].join(' ').trim();
}
