import type { Step } from './step.js';
import { template } from './template.js';

const PATH = '.env.example';

/** Adds the variables that are not in it yet. */
export const addEnvExample: Step = (tree, { typeOrm }, report) => {
  const before = tree.exists(PATH) ? tree.readText(PATH) : '';
  const isNeeded = (line: string): boolean => {
    const [, name] = /^(\w+)=/.exec(line) ?? [];
    if (name === undefined) return true;
    if (name === 'DATABASE_URL' && typeOrm.kind !== 'absent') return false;
    return !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, 'm').test(before);
  };
  const blocks = template('env.example')
    .trim()
    .split('\n\n')
    .map((block) => block.split('\n').filter(isNeeded))
    .filter((lines) => lines.some((line) => !line.startsWith('#')));
  if (blocks.length === 0) return;

  const added = blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
  if (before === '') tree.create(PATH, added);
  else tree.overwrite(PATH, `${before.trimEnd()}\n\n${added}`);
  report.did(`${PATH} has the variables to set`);
  report.leaves(`Copy the variables of ${PATH} to .env, and set them`);
};
