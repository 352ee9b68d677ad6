import { Injectable } from '@nestjs/common';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { EventPublisher } from './event-publisher.js';
import { ReportingObservable } from './reporting-observable.js';
import type { WechatAuthEvent } from './wechat-auth-event.js';

/**
 * The events of this process, as an injectable `Observable`: for audit logs, metrics and messages.
 * An event is emitted after its change was stored. It is lost if the process ends in between, so work
 * that must not be lost belongs in a `loginHook`.
 *
 * Subscribers run before the response is sent, so do slow work asynchronously or in a queue. If a
 * subscriber throws, or returns a promise that rejects, the error is logged and has no other effect.
 * An error in an operator of `pipe` is also logged, but ends that subscription: use `catchError`.
 *
 * @example
 * \@Injectable()
 * export class AuditLog implements OnModuleInit {
 *   private readonly logger = new Logger('audit');
 *
 *   constructor(private readonly events: WechatAuthEvents) {}
 *
 *   onModuleInit(): void {
 *     this.events.subscribe((event) => this.logger.log(event));
 *   }
 * }
 * @publicApi
 */
@Injectable()
export class WechatAuthEvents extends ReportingObservable<WechatAuthEvent> {
  constructor(publisher: EventPublisher, logger: AggregatedLogger) {
    super(
      (error) => {
        // Without its message, which may contain anything.
        const line = `A subscriber of WechatAuthEvents has failed: ${describe(error)}`;
        logger.error(line, line);
      },
      (subscriber) => publisher.published.subscribe(subscriber),
    );
  }
}

/** The class of an error, and where it was thrown. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `it threw a value of type ${typeof error}`;
  try {
    const { constructor, message, stack = '' } = error;
    const frames = stack.slice(stack.indexOf(message) + message.length);
    return [constructor.name, /^ *(at .*)/m.exec(frames)?.[1]].join(' ').trimEnd();
  } catch {
    return 'it threw an error that cannot be read';
  }
}
