import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MEASURE = /\[(M-\d\d)\]/g;

/** Ids of measures by the spec files whose test titles have them. */
const testedMeasures = new Map<string, string[]>();
for (const folder of ['src', 'test', 'packages/miniprogram']) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.includes('node_modules') || !name.endsWith('spec.ts')) continue;
    const file = join(folder, name);
    for (const [, id = ''] of readFileSync(file, 'utf8').matchAll(MEASURE)) {
      testedMeasures.set(id, [...(testedMeasures.get(id) ?? []), file]);
    }
  }
}

describe('the measures of SECURITY.md', () => {
  const rows = readFileSync('SECURITY.md', 'utf8').matchAll(/^\| (M-\d\d) \| *(.*?) *\|/gm);
  const measures = [...rows].map(([, id = '', threat = '']) => [id, threat] as const);

  it.each(measures)('%s (%s) is in the title of a test', (id) => {
    expect(testedMeasures.get(id) ?? []).not.toEqual([]);
  });

  it('have every id that the title of a test has', () => {
    expect(measures.map(([id]) => id)).toEqual(expect.arrayContaining([...testedMeasures.keys()]));
  });

  it('have ids that are used once', () => {
    expect(new Set(measures.map(([id]) => id)).size).toBe(measures.length);
  });
});
