/** Tells whoever waits for the run what happens. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
