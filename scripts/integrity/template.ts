/** Whether what `scripts/new-feature` writes still fits: a name that it imports may have moved away. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TEMPLATE = 'scripts/feature-template';
/** Where the files of a folder of the template go, seen from the root. */
const PLACES: Readonly<Record<string, string>> = {
  contract: 'packages/contract/src',
  server: 'server/src/features/x',
  test: 'server/test/x',
  extension: 'extensions/x/src'
};
const IMPORT = /^import (?:type )?\{([^}]*)\} from '([^']+)';/gm;

/** Whether one of the files exports a name. */
function exports(files: readonly string[], name: string): boolean {
  const declared = new RegExp(
    `^export (?:async )?(?:const|function|class|abstract class|interface|type) ${name}\\b`,
    'm'
  );
  const listed = new RegExp(`^export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\}`, 'm');
  return files.some(path => {
    const text = readFileSync(path, 'utf8');
    return declared.test(text) || listed.test(text);
  });
}

/** The files that an import of the template leads to; undefined for its own and for those of others. */
function filesOf(root: string, place: string, from: string): readonly string[] | undefined {
  const own = /^@topsdl\/(\w+)$/.exec(from)?.[1];
  if (own) {
    return globSync(`packages/${own}/src/**/*.{ts,tsx}`, { cwd: root }).map(path =>
      join(root, path)
    );
  }
  const path = join(root, place, from);
  return from.startsWith('../') || (from.startsWith('./') && existsSync(path)) ? [path] : undefined;
}

/** What the template names and is not there. */
export function templateFaults(root: string): string[] {
  return globSync(`${TEMPLATE}/*/*.txt`, { cwd: root }).flatMap(path => {
    const folder = dirname(path).slice(TEMPLATE.length + 1);
    const text = readFileSync(join(root, path), 'utf8');
    return [...text.matchAll(IMPORT)].flatMap(([, names = '', from = '']) => {
      const files = filesOf(root, PLACES[folder] ?? '', from);
      if (files?.some(file => !existsSync(file))) {
        return [`${path}: imports ${from}, which is not there`];
      }
      return names
        .split(',')
        .map(name => name.trim().replace(/^type /, ''))
        .filter(name => name !== '' && !name.includes('__'))
        .filter(name => files && !exports(files, name))
        .map(name => `${path}: imports ${name} from ${from}, which has none`);
    });
  });
}
