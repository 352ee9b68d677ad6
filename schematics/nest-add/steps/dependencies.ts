import type { HostApp } from '../app/host-app.js';
import { versionOf, type NestMajor } from '../app/manifest.js';
import type { Step } from './step.js';

const PATH = 'package.json';

/** The versions that fit a major of Nest. */
const VERSIONS: Record<NestMajor, Readonly<Record<string, string>>> = {
  11: { '@nestjs/config': '^4.0.0', '@nestjs/typeorm': '^11.0.2', pg: '^8.5.1', typeorm: '^1.0.0' },
  12: {
    '@nestjs/config': '^12.0.0',
    '@nestjs/typeorm': '^12.0.0',
    pg: '^8.5.1',
    typeorm: '^1.0.0',
  },
};

/** The packages that our module needs and the app does not have, by name and version. */
export function missingDependencies({ manifest, nestMajor }: HostApp): [string, string][] {
  return Object.entries(VERSIONS[nestMajor]).filter(
    ([name]) => versionOf(manifest, name) === undefined,
  );
}

/** Writes them into package.json, as package managers do. */
export const addDependencies: Step = (tree, app, report) => {
  const missing = missingDependencies(app);
  if (missing.length === 0) return;
  const all = Object.entries({ ...app.manifest.dependencies, ...Object.fromEntries(missing) });
  const dependencies = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  const [, indentation = '  '] = /^([ \t]+)"/m.exec(tree.readText(PATH)) ?? [];
  const manifest = { ...app.manifest, dependencies };
  tree.overwrite(PATH, `${JSON.stringify(manifest, null, indentation)}\n`);
  report.did(`${PATH} has ${missing.map(([name, range]) => `${name} ${range}`).join(', ')}`);
};
