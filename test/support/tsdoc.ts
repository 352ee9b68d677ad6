import ts from 'typescript';

/** An export, or a public member of an exported class. */
export interface Documented {
  /** Such as `SessionsService.verify`. */
  readonly name: string;
  readonly isMember: boolean;
  /** Whether users call it: a function, a class, or a method with parameters, if not internal. */
  readonly isCallable: boolean;
  /** The text before the first tag. */
  readonly summary: string;
  readonly tags: ReadonlySet<string>;
  /** The code of each `@example`. */
  readonly examples: readonly string[];
}

/** The TSDoc of what the modules at `paths` export. */
export function documentedExports(paths: readonly string[]): Documented[] {
  const options = { module: ts.ModuleKind.NodeNext, experimentalDecorators: true, noLib: true };
  const program = ts.createProgram(paths, { ...options, types: [] });
  const checker = program.getTypeChecker();
  return paths.flatMap((path) => {
    const file = program.getSourceFile(path);
    const module = file && checker.getSymbolAtLocation(file);
    const symbols = module ? checker.getExportsOfModule(module) : [];
    return symbols.flatMap((symbol) => {
      const target =
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return (target.declarations ?? []).flatMap((node) => [
        documented(symbol.name, node, false),
        ...membersOf(node).map((member) =>
          documented(`${symbol.name}.${member.name?.getText() ?? ''}`, member, true),
        ),
      ]);
    });
  });
}

/** The members that users can call or read; only the first overload has the TSDoc. */
function membersOf(node: ts.Node): ts.ClassElement[] {
  if (!ts.isClassDeclaration(node)) return [];
  const names = new Set<string>();
  return node.members.filter((member) => {
    const name = member.name?.getText();
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Override;
    if (name === undefined || ts.getCombinedModifierFlags(member) & hidden) return false;
    const isFirst = !names.has(name);
    names.add(name);
    return isFirst;
  });
}

function documented(name: string, node: ts.Node, isMember: boolean): Documented {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((comment) => comment.getText())
    .join('\n');
  const [summary = '', ...blocks] = withoutStars(text).split(/^@(?=\w)/m);
  const tags = new Set(blocks.map((block) => /^\w+/.exec(block)?.[0] ?? ''));
  const isPublicMethod =
    ts.isMethodDeclaration(node) &&
    node.parameters.length > 0 &&
    !(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Protected);
  return {
    name,
    isMember,
    isCallable:
      !tags.has('internal') &&
      (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || isPublicMethod),
    summary: summary.trim(),
    tags,
    examples: blocks
      .filter((block) => block.startsWith('example'))
      .map((block) => block.slice('example'.length).replaceAll('\\@', '@').trim()),
  };
}

const withoutStars = (comment: string): string =>
  comment.replace(/^\/\*\*\s?|\s*\*\/$/g, '').replace(/^ *\* ?/gm, '');
