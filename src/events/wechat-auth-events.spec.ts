import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { filter, firstValueFrom, map, mergeMap, Observable, take, toArray } from 'rxjs';
import { LogCapture } from '../../test/support/log-capture.js';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { EventPublisher } from './event-publisher.js';
import type { WechatAuthEvent } from './wechat-auth-event.js';
import { WechatAuthEvents } from './wechat-auth-events.js';

const userId = '6f0c1a9e-5a0b-4c53-9d0f-2f4a3c1b7e11';

describe('WechatAuthEvents', () => {
  let log: LogCapture;
  let publisher: EventPublisher;
  let events: WechatAuthEvents;
  let logger: AggregatedLogger;

  beforeEach(() => {
    Logger.overrideLogger((log = new LogCapture()));
    publisher = new EventPublisher();
    logger = new AggregatedLogger();
    events = new WechatAuthEvents(publisher, logger);
  });
  afterEach(() => {
    logger.flush();
    Logger.overrideLogger(false);
  });

  const publish = (): void => {
    publisher.publish(() => ({ type: 'user-removed', userId }));
  };
  /** Errors that rxjs throws again, and rejections, happen in a later turn. */
  const laterTurn = (): Promise<void> => new Promise((next) => setTimeout(next, 0));

  it('is an Observable that emits an event to every subscriber synchronously', () => {
    expect(events).toBeInstanceOf(Observable);
    const seen: WechatAuthEvent[][] = [[], []];
    for (const each of seen) events.subscribe((event) => each.push(event));
    publish();
    for (const each of seen) {
      expect(each).toEqual([{ type: 'user-removed', userId, at: expect.any(Date) }]);
    }
  });

  it('creates no event without subscribers', () => {
    const make = jest.fn(() => ({ type: 'user-removed', userId }) as const);
    publisher.publish(make);
    const subscription = events.subscribe();
    publisher.publish(make);
    subscription.unsubscribe();
    publisher.publish(make);
    expect(make).toHaveBeenCalledTimes(1);
    expect(publisher.isObserved).toBe(false);
  });

  it('emits events that a subscriber cannot change for the others', () => {
    const seen: string[] = [];
    events.subscribe((event) => Object.assign(event, { userId: 'another' }));
    events.subscribe((event) => event.type === 'user-removed' && seen.push(event.userId));
    publish();
    expect(seen).toEqual([userId]);
  });

  const subscribers: [string, (events: WechatAuthEvents, fail: () => never) => void][] = [
    ['a function', (each, fail) => each.subscribe(fail)],
    ['an observer', (each, fail) => each.subscribe({ next: fail })],
    [
      'an async function',
      (each, fail) => each.subscribe(() => Promise.resolve().then(fail) as unknown as undefined),
    ],
    ['one behind operators', (each, fail) => each.pipe(filter(Boolean), take(9)).subscribe(fail)],
    ['an operator', (each, fail) => each.pipe(map(fail)).subscribe()],
    [
      'an async operator',
      (each, fail) => each.pipe(mergeMap(() => Promise.resolve().then(fail))).subscribe(),
    ],
    [
      'the handler of the error of an operator',
      (each, fail) => each.pipe(map(fail)).subscribe({ error: fail }),
    ],
    [
      'the handler of a completion',
      (each, fail) => each.pipe(take(1)).subscribe({ complete: fail }),
    ],
  ];

  it.each(subscribers)(
    'logs a failure of %s without its message, and the other subscribers get the event',
    async (_, subscribe) => {
      const seen: WechatAuthEvent[] = [];
      subscribe(events, () => {
        throw new TypeError('an openid of the host');
      });
      events.subscribe((event) => seen.push(event));
      publish();
      await laterTurn();
      expect(seen).toHaveLength(1);
      expect(log.lines).toEqual([
        expect.stringMatching(
          /^error A subscriber of WechatAuthEvents has failed: TypeError at .*wechat-auth-events\.spec/,
        ),
      ]);
      expect(log.text).not.toContain('openid');
    },
  );

  it('logs at most one line a second for failing subscribers', () => {
    events.subscribe(() => {
      throw new TypeError();
    });
    for (let i = 0; i < 100; i++) publish();
    expect(log.lines).toHaveLength(1);
    logger.flush();
    expect(log.lines[1]).toContain('(99 times in a second)');
  });

  it.each<[string, unknown]>([
    ['a string', 'a secret'],
    ['undefined', undefined],
    ['an error without a stack', Object.assign(new Error('a secret'), { stack: undefined })],
    ['an error with a message that is not a string', Object.assign(new Error(), { message: {} })],
    [
      'an error whose fields throw',
      Object.defineProperty(new Error(), 'message', {
        get: () => {
          throw new Error('a secret');
        },
      }),
    ],
  ])('survives a subscriber that throws %s', (_, thrown) => {
    events.subscribe(() => {
      throw thrown;
    });
    publish();
    publish();
    expect(log.lines).toHaveLength(1);
    expect(log.text).not.toContain('a secret');
  });

  it('calls the methods of an observer on that object', () => {
    class Counter {
      count = 0;
      next(): void {
        this.count++;
      }
    }
    const counter = new Counter();
    events.subscribe(counter);
    publish();
    expect(counter.count).toBe(1);
  });

  it('works with the operators and functions of rxjs', async () => {
    const types = firstValueFrom(
      events.pipe(
        map(({ type }) => type),
        take(2),
        toArray(),
      ),
    );
    publish();
    publish();
    expect(await types).toEqual(['user-removed', 'user-removed']);
    expect(publisher.isObserved).toBe(false);
  });
});
