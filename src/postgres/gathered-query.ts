interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly answer: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks many questions in one query. No answer is kept: questions that arrive while a query is under
 * way go out together in the next one, which is sent after all of them arrived. A question that
 * waits already is asked once.
 */
export class GatheredQuery<Question, Answer> {
  private readonly waiting = new Map<string, Waiting<Question, Answer>>();
  private isBusy = false;
  private lastSize = 1;

  /** @param query - returns the answers in the order of the questions. */
  constructor(
    private readonly query: (questions: readonly Question[]) => Promise<readonly Answer[]>,
  ) {}

  /** @param key - equal for equal questions. */
  ask(key: string, question: Question): Promise<Answer> {
    let asked = this.waiting.get(key);
    if (asked === undefined) {
      asked = waitFor<Question, Answer>(question);
      this.waiting.set(key, asked);
    }
    if (!this.isBusy) {
      this.isBusy = true;
      // After the requests that have already arrived, so that they share the query; at the end of
      // this turn where questions come one at a time, as waiting would only delay them.
      if (this.lastSize > 1) setImmediate(() => void this.send());
      else queueMicrotask(() => void this.send());
    }
    return asked.answer;
  }

  private async send(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = this.take();
      this.lastSize = batch.length;
      try {
        const answers = await this.query(batch.map(({ question }) => question));
        batch.forEach(({ resolve }, i) => {
          resolve(answers[i] as Answer);
        });
      } catch (error) {
        // Those that arrived meanwhile have waited as long: they do not wait for another failure.
        for (const { reject } of [...batch, ...this.take()]) reject(error);
      }
    }
    this.isBusy = false;
  }

  private take(): readonly Waiting<Question, Answer>[] {
    const batch = [...this.waiting.values()];
    this.waiting.clear();
    return batch;
  }
}

function waitFor<Question, Answer>(question: Question): Waiting<Question, Answer> {
  let resolve!: (answer: Answer) => void;
  let reject!: (error: unknown) => void;
  const answer = new Promise<Answer>((...settle) => {
    [resolve, reject] = settle;
  });
  return { question, answer, resolve, reject };
}
