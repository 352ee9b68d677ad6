import { addImport, importedAs, type Imported } from '../code/imports.js';
import { parse } from '../code/compiler.js';
import { addToModule, type ModuleItem } from '../code/module-metadata.js';
import { staticCalls } from '../code/static-calls.js';
import { TYPE_ORM_MODULE } from '../app/type-orm.js';
import { editFile, type Step } from './step.js';

export const OURS = 'nestjs-wechat-auth';
const CONFIG_MODULE = { name: 'ConfigModule', from: '@nestjs/config' };
const WECHAT_AUTH = ['wechatAuthConfig', 'WechatAuthModule'].map((name) => ({ name, from: OURS }));
const MIGRATIONS = { name: 'wechatAuthMigrations', from: OURS };

const TYPE_ORM = `TypeOrmModule.forRoot({
\ttype: 'postgres',
\turl: process.env.DATABASE_URL,
\tautoLoadEntities: true,
\tmigrations: wechatAuthMigrations,
\tmigrationsRun: true,
})`;

/** Imports our module, and those that it needs and the app does not have. */
export const wireRootModule: Step = (tree, app, report) => {
  const { path, className } = app.rootModule;
  const add = (imports: readonly Imported[], code: string, place: ModuleItem['place']): void => {
    editFile(tree, path, (text) => {
      const imported = imports.reduce(addImport, text);
      const item = imports.reduce((line, each) => inWordsOf(imported, each, line), code);
      return addToModule(imported, className, { property: 'imports', item, place });
    });
  };

  // .env has to be read before the options of TypeORM are.
  if (!app.sources.some((source) => staticCalls(source, CONFIG_MODULE, ['forRoot']).length > 0)) {
    add([CONFIG_MODULE], 'ConfigModule.forRoot()', 'first');
    report.did(`${path} imports ConfigModule, which reads .env`);
  }
  if (app.typeOrm.kind === 'absent') {
    add([TYPE_ORM_MODULE, ...WECHAT_AUTH, MIGRATIONS], TYPE_ORM, 'last');
    report.did(`${path} imports TypeOrmModule, with DATABASE_URL and our migrations`);
  }
  add(WECHAT_AUTH, 'WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider())', 'last');
  report.did(`${path} imports WechatAuthModule, with the variables WECHAT_…`);
};

/** Code with an imported name as the file calls it. */
function inWordsOf(text: string, imported: Imported, code: string): string {
  const local = importedAs(parse('module.ts', text), imported) ?? imported.name;
  return code.replace(new RegExp(`\\b${imported.name}\\b`), local);
}
