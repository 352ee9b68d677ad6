import type TS from 'typescript';
import { descendants, ts } from './compiler.js';
import { importedAs, type Imported } from './imports.js';

/** The calls such as `TypeOrmModule.forRoot(…)`, under whatever name the file imports the class. */
export function staticCalls(
  source: TS.SourceFile,
  imported: Imported,
  methods: readonly string[],
): TS.CallExpression[] {
  const local = importedAs(source, imported);
  const callees = methods.map((method) => `${local ?? ''}.${method}`);
  return descendants(source)
    .filter((node) => ts.isCallExpression(node))
    .filter(({ expression }) => callees.includes(expression.getText()));
}
