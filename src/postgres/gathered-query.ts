/**
 * While this many questions are in flight, others wait and share the next query. With 1, each of two
 * clients waits for the other; with more, few clients need a query for each request.
 */
const MAX_IN_FLIGHT = 2;

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly answer: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks many questions in one query. No answer is kept: every query is sent after all its questions
 * arrived. A question that waits already is asked once.
 */
export class GatheredQuery<Question, Answer> {
  private readonly waiting = new Map<string, Waiting<Question, Answer>>();
  private inFlight = 0;
  private isScheduled = false;
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
    if (this.maySend) this.schedule();
    return asked.answer;
  }

  /** Not while a query is scheduled, which will ask everything that waits. */
  private get maySend(): boolean {
    return !this.isScheduled && this.inFlight < MAX_IN_FLIGHT;
  }

  private schedule(): void {
    this.isScheduled = true;
    // After the requests that have already arrived, so that they share the query; at the end of
    // this turn where questions come one at a time, as waiting would only delay them.
    if (this.lastSize > 1) setImmediate(() => void this.send());
    else void Promise.resolve().then(() => this.send());
  }

  private async send(): Promise<void> {
    this.isScheduled = false;
    const batch = this.take();
    // A failed query has rejected those that waited.
    if (batch.length === 0) return;
    this.lastSize = batch.length;
    this.inFlight += batch.length;
    try {
      const answers = await this.query(batch.map(({ question }) => question));
      batch.forEach(({ resolve }, i) => {
        resolve(answers[i] as Answer);
      });
    } catch (error) {
      // Those that arrived meanwhile have waited as long: they do not wait for another failure.
      for (const { reject } of [...batch, ...this.take()]) reject(error);
    }
    this.inFlight -= batch.length;
    // Not awaited: under constant load this promise would never end.
    if (this.waiting.size > 0 && this.maySend) void this.send();
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
