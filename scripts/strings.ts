/**
 * Prints, as JSON, every string that the panels translate: the literal arguments of `__`, `_n`, `_p` and
 * `_np` of anything called `trans`. A call whose text is not a plain literal cannot be translated and fails.
 */
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

interface Found {
  readonly file: string;
  readonly line: number;
  readonly context: string | null;
  readonly text: string;
  readonly plural: string | null;
}

/** How many leading arguments are text: context, singular, plural. */
const SHAPES: Readonly<Record<string, readonly ('context' | 'text' | 'plural')[]>> = {
  __: ['text'],
  gettext: ['text'],
  _n: ['text', 'plural'],
  ngettext: ['text', 'plural'],
  _p: ['context', 'text'],
  pgettext: ['context', 'text'],
  _np: ['context', 'text', 'plural'],
  npgettext: ['context', 'text', 'plural']
};

function isTranslator(node: ts.Expression): boolean {
  const name = ts.isPropertyAccessExpression(node)
    ? node.name.text
    : ts.isIdentifier(node)
      ? node.text
      : '';
  return name === 'trans' || name === '_trans';
}

/** The text of a literal, or of literals joined by `+`. */
function literal(node: ts.Expression | undefined): string | undefined {
  if (!node) {
    return undefined;
  }
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const left = literal(node.left);
    const right = literal(node.right);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

function stringsOf(file: string, faults: string[]): Found[] {
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
    kind
  );
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const shape = SHAPES[node.expression.name.text];
      if (shape && isTranslator(node.expression.expression)) {
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        const texts = shape.map((_, index) => literal(node.arguments[index]));
        if (texts.includes(undefined)) {
          faults.push(`${file}:${line}: only a literal can be translated; use %1 for what varies`);
        } else {
          const part = (name: (typeof shape)[number]) => texts[shape.indexOf(name)] ?? null;
          found.push({
            file,
            line,
            context: part('context'),
            text: part('text') ?? '',
            plural: part('plural')
          });
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const faults: string[] = [];
const found = globSync('{packages,extensions}/*/src/**/*.{ts,tsx}')
  .sort()
  .flatMap(file => stringsOf(file, faults));
for (const fault of faults) {
  console.error(fault);
}
console.log(JSON.stringify(found));
process.exitCode = faults.length > 0 ? 1 : 0;
