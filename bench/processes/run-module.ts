import 'reflect-metadata';
import type { Answer, Call } from './child.js';

type Functions = Readonly<Record<string, (...args: unknown[]) => unknown>>;

// Also where the process that started this one was killed.
process.once('disconnect', () => process.exit());

const module = import(process.argv[2] ?? '') as Promise<Functions>;

async function answerTo({ name, args }: Call): Promise<Answer> {
  try {
    return { result: await (await module)[name]?.(...args) };
  } catch (error) {
    return { error: String(error instanceof Error ? error.stack : error) };
  }
}

process.on('message', (call: Call) => {
  void answerTo(call).then((answer) => process.send?.(answer));
});
