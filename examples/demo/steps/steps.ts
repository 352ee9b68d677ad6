import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { filter, Subject, type Observable } from 'rxjs';

/** Who takes part in a login. */
export type Lane = 'miniprogram' | 'server' | 'wechat' | 'postgres';

/** Something that happened in the server while it worked on a request of the page. */
export interface Step {
  /** Which press of a button on which page: `<page>.<number>`. */
  readonly run: string;
  readonly name: string;
  readonly from: Lane;
  readonly to: Lane;
  /** `note`: something that one of them did by itself. */
  readonly phase: 'begin' | 'end' | 'note';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds that it took. */
  readonly took?: number;
  /** What was sent or came back, with dots for what is nobody's business. */
  readonly fields: Readonly<Record<string, string>>;
  readonly failed: boolean;
}

type Fields = Step['fields'];

/** What is sent, by whom and to whom. */
export type Call = Pick<Step, 'name' | 'from' | 'to'>;

/** What came back, and whether it is a failure. */
export type EndStep = (fields: Fields, failed?: boolean) => void;

/** Gathers the steps of a request, wherever in the server they happen, for the page that sent it. */
@Injectable()
export class Steps implements OnModuleDestroy {
  private readonly runs = new AsyncLocalStorage<string>();
  private readonly steps = new Subject<Step>();

  /** Ends the streams: the server waits for them when it stops. */
  onModuleDestroy(): void {
    this.steps.complete();
  }

  /** What happens in `work`, and after it, belongs to `run`. */
  during(run: string, work: () => void): void {
    this.runs.run(run, work);
  }

  of(page: string): Observable<Step> {
    return this.steps.pipe(filter(({ run }) => run.startsWith(`${page}.`)));
  }

  /** Something is sent. @returns what to call when the answer is there */
  begin(call: Call, sent: Fields): EndStep {
    const at = Date.now();
    this.tell({ ...call, phase: 'begin', at, fields: sent, failed: false });
    return this.ending(call);
  }

  /** As `begin`, for what is known to have been sent. */
  ending(call: Call): EndStep {
    const startedAt = performance.now();
    const run = this.runs.getStore();
    return (fields, failed = false) => {
      const took = performance.now() - startedAt;
      this.tell({ ...call, phase: 'end', at: Date.now(), took, fields, failed }, run);
    };
  }

  /** Something that `lane` has done by itself. */
  note(name: string, lane: Lane, fields: Fields, failed = false): void {
    this.tell({ name, from: lane, to: lane, phase: 'note', at: Date.now(), fields, failed });
  }

  private tell(step: Omit<Step, 'run'>, run = this.runs.getStore()): void {
    if (run !== undefined) this.steps.next({ run, ...step });
  }
}
