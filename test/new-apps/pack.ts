import { join } from 'node:path';
import { run } from './run.js';

/** The package as npm would publish it. */
export interface Packed {
  readonly tarball: string;
  /** The paths in it. */
  readonly files: readonly string[];
}

export async function pack(folder: string): Promise<Packed> {
  const command = ['npm', 'pack', '--json', '--pack-destination', folder];
  const printed = await run(command, process.cwd());
  const [{ filename, files }] = JSON.parse(printed.slice(printed.indexOf('[\n'))) as [
    { filename: string; files: { path: string }[] },
  ];
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}
