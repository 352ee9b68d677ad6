import { Program } from '../support/shell.js';

/** Runs a program to its end. @returns its output. @throws with the output, if it fails. */
export async function run(
  command: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const [name = '', ...args] = command;
  const program = new Program([name, ...args], cwd, env);
  const code = await program.ended;
  if (code === 0) return program.stdout;
  const printed = `${program.stdout}${program.stderr}`.trim();
  throw new Error(`"${command.join(' ')}" ended with ${String(code)}:\n${printed}`);
}
