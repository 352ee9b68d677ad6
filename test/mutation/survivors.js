import { existsSync, readFileSync } from 'node:fs';

const ALIVE = ['Survived', 'NoCoverage'];
const VALID = [...ALIVE, 'Killed', 'Timeout'];

/** The mutants of a report of Stryker that can be built, by what identifies them. */
function mutantsIn(folder, tests) {
  const report = `reports/mutation/${folder}.${tests}.json`;
  if (!existsSync(report)) return [];
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants
      .filter(({ status }) => VALID.includes(status))
      .map(({ status, location: { start, end }, mutatorName, replacement }) => ({
        isAlive: ALIVE.includes(status),
        // Columns of a range begin at 0, those of a report at 1.
        range: `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
        what: `${file}:${start.line}:${start.column} ${mutatorName}: ${replacement.replaceAll(/\s+/g, ' ')}`,
      })),
  );
}

/** The mutants that no unit test has killed. */
export const readSurvivors = (folder) => mutantsIn(folder, 'unit').filter(({ isAlive }) => isAlive);

/** The mutants that neither the unit tests nor the end-to-end tests have killed, and the score. */
export function scoreOf(folder) {
  const all = mutantsIn(folder, 'unit');
  const killedLater = new Set(
    mutantsIn(folder, 'e2e').flatMap(({ isAlive, what }) => (isAlive ? [] : [what])),
  );
  const survivors = readSurvivors(folder)
    .map(({ what }) => what)
    .filter((what) => !killedLater.has(what));
  return { survivors, total: all.length, score: 100 * (1 - survivors.length / all.length) };
}
