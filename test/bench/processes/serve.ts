export interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** What a program of the benchmark offers to the process that started it. */
export interface Service<C> {
  readonly commands: C;
  close?(): Promise<void>;
}

/** The program's side of a `Worker`: starts, answers, and goes when the other side has gone. */
export async function serve<C extends object>(
  start: (config: unknown) => Promise<Service<C>> | Service<C>,
): Promise<void> {
  // Ctrl-C reaches every process of the terminal; whoever started us decides when we go.
  process.on('SIGINT', () => undefined);
  const answer = (message: Answer): void => {
    if (process.connected) process.send?.(message);
  };
  try {
    const service = await start(JSON.parse(process.argv[2] ?? '{}'));
    process.on('message', (question: Question) => {
      void reply(service.commands, question).then(answer);
    });
    process.once('disconnect', () => {
      void (service.close?.() ?? Promise.resolve()).finally(() => process.exit());
    });
    answer({ id: 0 });
  } catch (error) {
    answer({ id: 0, error: String(error instanceof Error ? error.stack : error) });
    process.disconnect();
  }
}

async function reply(commands: object, { id, name, input }: Question): Promise<Answer> {
  try {
    const command = (commands as Record<string, (input: unknown) => unknown>)[name];
    return { id, result: await command?.(input) };
  } catch (error) {
    return { id, error: String(error instanceof Error ? error.stack : error) };
  }
}
