import { Program } from '../support/shell.js';

/** Runs a program to its end. @returns its output. @throws with the output, if it fails. */
export async function run(
  command: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const [name = '', ...args] = command;
  // So that a Node of npm trusts the registry as the Node of the system does.
  const { NODE_EXTRA_CA_CERTS = '' } = process.env;
  const program = new Program([name, ...args], cwd, { NODE_EXTRA_CA_CERTS, ...env });
  const code = await program.ended;
  if (code === 0) return program.stdout;
  const printed = `${program.stdout}${program.stderr}`.trim();
  throw new Error(`"${command.join(' ')}" ended with ${String(code)}:\n${printed}`);
}
