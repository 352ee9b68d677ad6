import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import type { Unpublished, WechatAuthEvent } from './wechat-auth-event.js';

/** Publishes the events of the services. */
@Injectable()
export class EventPublisher {
  private readonly subject = new Subject<WechatAuthEvent>();
  readonly published: Observable<WechatAuthEvent> = this.subject.asObservable();

  get isObserved(): boolean {
    return this.subject.observed;
  }

  /**
   * Call it after the change was stored. Subscribers are called before it returns.
   * @param make - called only if there are subscribers.
   */
  publish(make: () => Unpublished): void {
    if (this.isObserved) this.subject.next(Object.freeze({ ...make(), at: new Date() }));
  }
}
