import type TS from 'typescript';
import { literalOf } from '../app/type-orm.js';
import { parse, ts } from '../code/compiler.js';
import { addImport } from '../code/imports.js';
import { insert } from '../code/lists.js';
import { propertyOf, valueOf } from '../code/properties.js';
import { OURS } from './root-module.js';
import { editFile, type Step } from './step.js';

const MIGRATIONS = 'wechatAuthMigrations';

/** Adds our entities and migrations to the DataSource that the app has. */
export const extendTypeOrm: Step = (tree, { typeOrm }, report) => {
  if (typeOrm.kind === 'absent') return;
  const { kind, path } = typeOrm;
  if (kind === 'other') {
    report.leaves(
      `${path}: add ...${MIGRATIONS} to the migrations of TypeORM, and autoLoadEntities: true. It has to be PostgreSQL`,
    );
    return;
  }
  editFile(tree, path, (before) => {
    const options = optionsIn(before);
    const has = (name: string): boolean => propertyOf(options, name) !== undefined;
    let text = before;
    const add = (option: string): void => {
      text = insert(text, optionsIn(text), option, 'last');
      report.did(`${path} has ${option}`);
    };

    const migrations = valueOf(options, 'migrations');
    if (!has('migrations')) {
      add(`migrations: ${MIGRATIONS}`);
      // There are no others that this could run.
      if (!has('migrationsRun')) add('migrationsRun: true');
    } else if (migrations !== undefined && ts.isArrayLiteralExpression(migrations)) {
      text = insert(text, migrations, `...${MIGRATIONS}`, 'first');
      report.did(`${path} has ...${MIGRATIONS} in its migrations`);
    } else {
      report.leaves(
        `${path}: add ...${MIGRATIONS} to the migrations, which are not an array literal`,
      );
    }
    if (has('migrations') && !has('migrationsRun')) {
      report.leaves('Run the migrations as you run yours, before you start the app');
    }

    if (!has('autoLoadEntities')) add('autoLoadEntities: true');
    else if (valueOf(options, 'autoLoadEntities')?.kind !== ts.SyntaxKind.TrueKeyword) {
      report.leaves(`${path}: add ...wechatAuthEntities to the entities, or set autoLoadEntities`);
    }
    const isUsed = text.includes(MIGRATIONS);
    return isUsed ? addImport(text, { name: MIGRATIONS, from: OURS }) : text;
  });

  function optionsIn(text: string): TS.ObjectLiteralExpression {
    const options = literalOf(parse(path, text));
    if (options === undefined) throw new Error(`The options of TypeORM in ${path} are gone.`);
    return options;
  }
};
