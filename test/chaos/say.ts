/** Prints the progress of the run. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
