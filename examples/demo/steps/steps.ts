import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { filter, Subject, type Observable } from 'rxjs';

/** The participants of a login. */
export type Lane = 'miniprogram' | 'server' | 'wechat' | 'postgres';

/** A step of the server while it processes a request of the page. */
export interface Step {
  /** The page and the number of the click: `<page>.<number>`. */
  readonly run: string;
  readonly name: string;
  readonly from: Lane;
  readonly to: Lane;
  /** `note`: a step of one participant alone. */
  readonly phase: 'begin' | 'end' | 'note';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Its duration in milliseconds. */
  readonly took?: number;
  /** What was sent or received, with dots for secrets. */
  readonly fields: Readonly<Record<string, string>>;
  readonly failed: boolean;
}

type Fields = Step['fields'];

/** What is sent, with its sender and receiver. */
export type Call = Pick<Step, 'name' | 'from' | 'to'>;

/** What was received, and whether it is a failure. */
export type EndStep = (fields: Fields, failed?: boolean) => void;

/** Collects the steps of a request from the whole server for the page that sent it. */
@Injectable()
export class Steps implements OnModuleDestroy {
  private readonly runs = new AsyncLocalStorage<string>();
  private readonly steps = new Subject<Step>();

  /** Ends the streams: the server waits for them when it stops. */
  onModuleDestroy(): void {
    this.steps.complete();
  }

  /** Steps in `work`, and after it, belong to `run`. */
  during(run: string, work: () => void): void {
    this.runs.run(run, work);
  }

  of(page: string): Observable<Step> {
    return this.steps.pipe(filter(({ run }) => run.startsWith(`${page}.`)));
  }

  /** Records a request. @returns a function to call with the response */
  begin(call: Call, sent: Fields): EndStep {
    const at = Date.now();
    this.tell({ ...call, phase: 'begin', at, fields: sent, failed: false });
    return this.ending(call);
  }

  /** Like `begin`, for a request that is already known. */
  ending(call: Call): EndStep {
    const startedAt = performance.now();
    const run = this.runs.getStore();
    return (fields, failed = false) => {
      const took = performance.now() - startedAt;
      this.tell({ ...call, phase: 'end', at: Date.now(), took, fields, failed }, run);
    };
  }

  /** Records a step of `lane` alone. */
  note(name: string, lane: Lane, fields: Fields, failed = false): void {
    this.tell({ name, from: lane, to: lane, phase: 'note', at: Date.now(), fields, failed });
  }

  private tell(step: Omit<Step, 'run'>, run = this.runs.getStore()): void {
    if (run !== undefined) this.steps.next({ run, ...step });
  }
}
