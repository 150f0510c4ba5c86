/**
 * Checks the rules of docs/architecture.md that a script can check, beyond what the linter sees in one file.
 * Each rule is a function of the committed files; each fault names the file and what to do.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { operationFaults } from './integrity/contract.ts';
import { generatedFaults } from './integrity/generated.ts';
import { templateFaults } from './integrity/template.ts';

const ROOT = resolve(import.meta.dirname, '..');
const LONGEST_FILE = 450;
/** Declarations of the contract and suites of tests are lists: read by entry, not as a whole. */
const LONGEST_LIST = 650;
const FEATURES = [
  'projects',
  'datasets',
  'labeling',
  'algorithms',
  'environments',
  'models',
  'training',
  'inference',
  'serving',
  'tensorboard',
  'netron',
  'admin',
  'account'
];
/** Folders of features that are no feature's own. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  extensions: ['core'],
  // What several features are made of: long transfers and what tells of the installation itself.
  'server/src/features': ['uploads', 'tasks', 'system', 'events'],
  'python/topsdl/magics': [],
  'docs/features': []
};

interface Source {
  readonly path: string;
  readonly text: string;
}

const committed = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26
  }
)
  .split('\0')
  .filter(path => path && existsSync(join(ROOT, path)));

function read(pattern: RegExp): Source[] {
  return committed
    .filter(path => pattern.test(path))
    .map(path => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

const isGenerated = (source: Source): boolean =>
  /(^|\/)(generated|migrations)\//.test(source.path) ||
  /^[#/* ]*Made from .* Do not edit/m.test(source.text.slice(0, 300));
const isTest = (path: string): boolean => /(^|\/)(tests?|ui-tests|benchmarks)\//.test(path);
const isList = (path: string): boolean => isTest(path) || path.startsWith('packages/contract/src/');

const code = read(/\.(ts|tsx|mjs|py)$/);
const typescript = code.filter(source => /\.tsx?$/.test(source.path));

/** Rule 1: a feature is one word, the same everywhere. */
function featureWords(): string[] {
  return Object.entries(SHARED).flatMap(([folder, shared]) => {
    const names = new Set(
      committed
        .filter(path => path.startsWith(`${folder}/`))
        .map(path => path.slice(folder.length + 1).split('/'))
        // A page or module named after the feature counts like a folder; loose modules of Python do not.
        .flatMap(([first = '', ...rest]) =>
          rest.length > 0 ? [first] : first.endsWith('.md') ? [basename(first, '.md')] : []
        )
    );
    return [...names]
      .filter(name => !FEATURES.includes(name) && !shared.includes(name) && name !== '__pycache__')
      .map(name => `${folder}/${name}: not a feature's name; they are ${FEATURES.join(', ')}`);
  });
}

/** The files that a TypeScript file imports by a relative path, as paths from the root. */
function relativeImports(source: Source): string[] {
  return [...source.text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(match =>
    relative(ROOT, resolve(ROOT, dirname(source.path), match[1] ?? ''))
  );
}

/** Rule 3: across features of the server one goes through a feature's directory, or through events. */
function featureWalls(): string[] {
  return typescript.flatMap(source => {
    const own = /^(extensions|server\/src\/features)\/([^/]+)\//.exec(source.path);
    if (!own || isTest(source.path)) {
      return [];
    }
    const [, folder, name] = own;
    return (
      relativeImports(source)
        .filter(path => path.startsWith(`${folder}/`) && !path.startsWith(`${folder}/${name}/`))
        // A directory is what a feature offers to others. Tables are the schema of one database: a join
        // reads them, a service writes its own only.
        .filter(path => folder === 'extensions' || !/\/(directory|index|table)\.ts$/.test(path))
        .filter(path => !SHARED['server/src/features']?.includes(path.split('/')[3] ?? ''))
        .map(
          path =>
            `${source.path}: imports ${path}, another feature's insides; use its directory.ts, or an event`
        )
    );
  });
}

/** Rules 3 and 6: packages stay within themselves, and an engine never touches the database. */
function packageWalls(): string[] {
  return typescript.flatMap(source => {
    const home = /^(packages\/[^/]+|extensions\/[^/]+|server|ui-tests)\//.exec(source.path)?.[1];
    const imports = relativeImports(source);
    const outside = imports
      .filter(path => home && !path.startsWith(`${home}/`) && !isTest(source.path))
      .map(path => `${source.path}: imports ${path} by path; import the package`);
    const engine = source.path.startsWith('server/src/compute/')
      ? imports
          .filter(path => /^server\/src\/(db|features|http)\//.test(path))
          .map(path => `${source.path}: an engine imports ${path}; the reconciler owns the state`)
      : [];
    return [...outside, ...engine];
  });
}

/** One file alone speaks to Kubernetes. */
function kubernetesClient(): string[] {
  return typescript
    .filter(source => /from '@kubernetes\/client-node'/.test(source.text))
    .filter(source => source.path !== 'server/src/compute/volcano/client.ts')
    .map(
      source =>
        `${source.path}: only server/src/compute/volcano/client.ts imports @kubernetes/client-node`
    );
}

/** Rule 8: the kit is made of slots; it never asks which feature it shows. */
function kitNamesNoFeature(): string[] {
  // A kind of thing, not a test of a name: `'models'` as a quoted word is what is looked for.
  const quoted = new RegExp(`(===|!==|case)\\s*['"](${FEATURES.join('|')})['"]`);
  return typescript
    .filter(source => source.path.startsWith('packages/ui/src/'))
    .flatMap(source => faultyLines(source, quoted, 'the kit tests for a feature; give it a slot'));
}

function faultyLines(source: Source, pattern: RegExp, why: string): string[] {
  return source.text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${source.path}:${index + 1}: ${why}`] : []));
}

/** Rule 10: small files that say what they are. */
function sizesAndNames(): string[] {
  const folders = committed
    .filter(path => /(^|\/)(utils?|common|helpers?|misc)\//.test(path))
    .map(
      path =>
        `${path}: a folder named ${/(utils?|common|helpers?|misc)\//.exec(path)?.[1]} says nothing`
    );
  const long = code
    .filter(source => !isGenerated(source))
    .map(source => ({ path: source.path, lines: source.text.split('\n').length - 1 }))
    .map(file => ({ ...file, limit: isList(file.path) ? LONGEST_LIST : LONGEST_FILE }))
    .filter(({ lines, limit }) => lines > limit)
    .map(({ path, lines, limit }) => `${path}: ${lines} lines; split it (${limit} at most)`);
  return [...new Set(folders), ...long];
}

/** Nothing is left to do later, and nothing escapes the compiler (`any` is the linter's). */
function unfinished(): string[] {
  // Put together here, so that this file passes its own check.
  const later = new RegExp(
    `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`
  );
  const silenced = new RegExp(`@ts-(${['ignore', 'nocheck', 'expect-error'].join('|')})`);
  return [
    ...code.flatMap(source => faultyLines(source, later, 'finish it, or leave it out')),
    ...typescript.flatMap(source => faultyLines(source, silenced, 'say the type'))
  ];
}

/** Lock files name packages, never the host that one machine took them from. */
function lockFiles(): string[] {
  return read(
    /(^|\/)(yarn\.lock|package-lock\.json|\.yarnrc\.yml|\.npmrc|constraints\.txt|requirements[^/]*\.txt)$/
  ).flatMap(source => faultyLines(source, /https?:\/\/(?!github\.com\/)/, 'names a host'));
}

/** Each feature with an extension has its page, and the other way round. */
function documentation(): string[] {
  return FEATURES.filter(name => existsSync(join(ROOT, 'extensions', name)))
    .filter(name => !existsSync(join(ROOT, 'docs/features', `${name}.md`)))
    .map(name => `docs/features/${name}.md: the feature has no page`);
}

const RULES: readonly (() => string[] | Promise<string[]>)[] = [
  featureWords,
  featureWalls,
  packageWalls,
  kubernetesClient,
  kitNamesNoFeature,
  sizesAndNames,
  unfinished,
  lockFiles,
  documentation,
  operationFaults,
  () => generatedFaults(ROOT),
  () => templateFaults(ROOT)
];

const faults = (await Promise.all(RULES.map(rule => rule()))).flat();
for (const fault of faults) {
  console.error(fault);
}
console.error(
  faults.length === 0 ? 'integrity: every rule holds' : `integrity: ${faults.length} faults`
);
process.exitCode = faults.length === 0 ? 0 : 1;
