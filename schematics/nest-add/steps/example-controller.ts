import { dirname, join } from 'node:path/posix';
import type { HostApp } from '../app/host-app.js';
import { addImport } from '../code/imports.js';
import { addToModule } from '../code/module-metadata.js';
import { editFile, type Step } from './step.js';
import { template } from './template.js';

const TAKEN = /\bMeController\b|@(Get|Controller)\(\s*['"`]\/?me\b/;

/** Whether the app has no route of that name yet. */
export function hasRoomForExample({ sources }: HostApp): boolean {
  return !sources.some(({ text }) => TAKEN.test(text));
}

/** A guarded route, `GET /me`. */
export const addExampleController: Step = (tree, app, report) => {
  if (!hasRoomForExample(app)) return;
  const { path, className, extension } = app.rootModule;
  const controller = join(dirname(path), 'me.controller.ts');
  tree.create(controller, template('me.controller.ts'));
  editFile(tree, path, (text) => {
    const from = `./me.controller${extension}`;
    const imported = addImport(text, { name: 'MeController', from });
    const item = { property: 'controllers', item: 'MeController', place: 'last' } as const;
    return addToModule(imported, className, item);
  });
  report.did(`${controller} is an example of a guarded route, GET /me`);
};
