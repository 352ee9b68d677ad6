import type { Report } from '../report.js';
import { OURS } from './root-module.js';
import { editFile, type Step } from './step.js';
import { TypeOrmOptions } from './type-orm-options.js';

const MIGRATIONS = 'wechatAuthMigrations';

/** Adds our entities and migrations to the DataSource that the app has. */
export const extendTypeOrm: Step = (tree, { typeOrm }, report) => {
  if (typeOrm.kind === 'absent') return;
  const { kind, path } = typeOrm;
  if (kind === 'other') {
    const todo = `add ...${MIGRATIONS} to the migrations of TypeORM, and autoLoadEntities: true`;
    report.leaves(`${path}: ${todo}. It has to be PostgreSQL`);
    return;
  }
  editFile(tree, path, (text) => {
    const options = new TypeOrmOptions(path, text);
    addMigrations(options, path, report);
    addEntities(options, path, report);
    return options.toString();
  });
};

function addMigrations(options: TypeOrmOptions, path: string, report: Report): void {
  if (options.codeOf('migrations').includes(MIGRATIONS)) return;
  const imported = { name: MIGRATIONS, from: OURS };
  if (!options.has('migrations')) {
    options.import(imported);
    options.add(`migrations: ${MIGRATIONS}`);
    // There are no others that this could run.
    if (!options.has('migrationsRun')) options.add('migrationsRun: true');
    report.did(`${path} has the migrations of this package`);
    return;
  }
  if (options.isArray('migrations')) {
    options.import(imported);
    options.prepend('migrations', `...${MIGRATIONS}`);
    report.did(`${path} has ...${MIGRATIONS} in its migrations`);
  } else {
    report.leaves(
      `${path}: add ...${MIGRATIONS} to the migrations, which are not an array literal`,
    );
  }
  if (options.isTrue('migrationsRun')) return;
  report.leaves('Run the migrations as you run yours, before you start the app');
}

function addEntities(options: TypeOrmOptions, path: string, report: Report): void {
  if (options.isTrue('autoLoadEntities')) return;
  if (options.has('autoLoadEntities')) {
    report.leaves(`${path}: add ...wechatAuthEntities to the entities, or set autoLoadEntities`);
    return;
  }
  options.add('autoLoadEntities: true');
  report.did(`${path} has autoLoadEntities: true`);
}
