import { join } from 'node:path/posix';
import { parse, ts } from '../code/compiler.js';
import { insert } from '../code/lists.js';
import { propertyOf } from '../code/properties.js';
import { editFile, type Step } from './step.js';

const OPTION = 'transformIgnorePatterns';
const PATTERN = '/node_modules/(?!(.pnpm|nestjs-wechat-auth|@nestjs)/)';

/** Lets Jest transform our ES modules, which it cannot load from CommonJS before Node 24.9. */
export const configureJest: Step = (tree, { testRunner, testFolder }, report) => {
  if (testRunner !== 'jest') return;
  const path = join(testFolder, 'jest-e2e.json');
  const line = `"${OPTION}": ["${PATTERN}"]`;
  const text = tree.exists(path) ? tree.readText(path) : '';
  const [statement] = parse(path, text).statements;
  const config =
    statement !== undefined && ts.isExpressionStatement(statement)
      ? statement.expression
      : undefined;
  if (
    config === undefined ||
    !ts.isObjectLiteralExpression(config) ||
    propertyOf(config, OPTION) !== undefined
  ) {
    report.leaves(`Let Jest transform the ES modules of this package: ${line}`);
    return;
  }
  editFile(tree, path, (before) => insert(before, config, line, 'last'));
  report.did(`${path} has ${line}`);
  report.leaves(`If unit tests import this package, add the same ${OPTION} to their Jest options`);
};
