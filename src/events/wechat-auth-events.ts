import { Injectable } from '@nestjs/common';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { EventPublisher } from './event-publisher.js';
import { ReportingObservable } from './reporting-observable.js';
import type { WechatAuthEvent } from './wechat-auth-event.js';

/**
 * What happens in this process, as an `Observable` to inject: for audit logs, metrics and messages.
 * An event comes after what it says was stored, and a process that ends in between loses it: work
 * that must not be lost belongs into a `loginHook`.
 *
 * A subscriber is called before the response is sent, so leave slow work to a promise or a queue. If
 * it throws, or returns a promise that rejects, that is logged and changes nothing else. An error in
 * an operator of `pipe` is logged too, but ends that subscription: use `catchError` inside.
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
        // Without its message, which may say anything.
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
