import {
  Observable,
  Subscriber,
  type Observer,
  type Operator,
  type Subscription,
  type TeardownLogic,
} from 'rxjs';

/** Reports what a subscriber has thrown. */
export type Report = (error: unknown) => void;

/**
 * An Observable that reports the errors of its subscribers. Rxjs would throw them asynchronously and
 * so end the process. Its `pipe` also returns such an Observable.
 */
export class ReportingObservable<T> extends Observable<T> {
  constructor(
    private readonly report: Report,
    subscribe?: (subscriber: Subscriber<T>) => TeardownLogic,
  ) {
    super(subscribe);
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // The subscriber of an operator, which forwards what it throws as an error.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    return super.subscribe(
      this.reporting(
        typeof observerOrNext === 'object' && observerOrNext !== null
          ? observerOrNext
          : {
              ...(observerOrNext && { next: observerOrNext }),
              ...(error && { error }),
              ...(complete && { complete }),
            },
      ),
    );
  }

  /* eslint-disable @typescript-eslint/no-deprecated -- Rxjs 7 has no other way to control what pipe returns. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new ReportingObservable<R>(this.report);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }
  /* eslint-enable @typescript-eslint/no-deprecated */

  private reporting(observer: Partial<Observer<T>>): Observer<T> {
    return {
      next: (value) => {
        this.attempt(() => observer.next?.(value));
      },
      error: (error) => {
        if (observer.error === undefined) this.report(error);
        else this.attempt(() => observer.error?.(error));
      },
      complete: () => {
        this.attempt(() => observer.complete?.());
      },
    };
  }

  /** @param call - returns a promise if the subscriber is an `async` function. */
  private attempt(call: () => unknown): void {
    try {
      const result = call();
      if (result instanceof Promise) result.catch(this.report);
    } catch (error) {
      this.report(error);
    }
  }
}
