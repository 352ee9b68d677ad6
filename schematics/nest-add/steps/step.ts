import type { Tree } from '@angular-devkit/schematics';
import type { HostApp } from '../app/host-app.js';
import type { Report } from '../report.js';

/** A part of the wiring. */
export type Step = (tree: Tree, app: HostApp, report: Report) => void;

/** Edits a file. The edit need not care for its line ends. */
export function editFile(tree: Tree, path: string, edit: (text: string) => string): void {
  const text = tree.readText(path);
  const edited = edit(text.replaceAll('\r\n', '\n'));
  tree.overwrite(path, text.includes('\r\n') ? edited.replaceAll('\n', '\r\n') : edited);
}
