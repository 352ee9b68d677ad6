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

type Command = (input: unknown) => unknown;

/**
 * The program's side of a `Worker`: starts with what the first question brings, answers the others,
 * and goes when the other side has gone.
 */
export function serve<C extends object>(
  start: (config: unknown) => Promise<Service<C>> | Service<C>,
): void {
  let service: Service<C> | undefined;
  // Ctrl-C reaches every process of the terminal; whoever started us decides when we go.
  process.on('SIGINT', () => undefined);
  const leave = (): void => {
    void (service?.close?.() ?? Promise.resolve()).finally(() => process.exit());
  };
  process.once('disconnect', leave);
  // Gone while our modules were loaded.
  if (!process.connected) leave();
  const begin = async (config: unknown): Promise<void> => {
    service = await start(config);
  };
  process.on('message', (question: Question) => {
    const commands = service?.commands as Record<string, Command> | undefined;
    const command = commands === undefined ? begin : commands[question.name];
    void reply(command, question).then((answer) => {
      if (process.connected) process.send?.(answer);
    });
  });
}

async function reply(command: Command | undefined, { id, input }: Question): Promise<Answer> {
  try {
    return { id, result: await command?.(input) };
  } catch (error) {
    return { id, error: String(error instanceof Error ? error.stack : error) };
  }
}
