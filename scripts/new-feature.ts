/**
 * Lays out a feature from `scripts/feature-template`: `node scripts/new-feature.ts FEATURE NOUN TITLE CHINESE`.
 * Called by `scripts/new-feature`, which then makes what is made from these files.
 */
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const TEMPLATE = join(ROOT, 'scripts/feature-template');

function refuse(why: string): never {
  console.error(`new-feature: ${why}`);
  process.exit(2);
}

const [feature = '', noun = '', title = '', chinese = ''] = process.argv.slice(2);
for (const [name, word] of Object.entries({ FEATURE: feature, NOUN: noun })) {
  if (!/^[a-z]{3,20}$/.test(word)) {
    refuse(`${name} is one word of lower-case letters, not “${word}”`);
  }
}
if (!title || !chinese) {
  refuse('a title is needed in both languages');
}
if (existsSync(join(ROOT, 'extensions', feature))) {
  refuse(`there is an extension called ${feature} already`);
}

const Noun = noun[0]?.toUpperCase() + noun.slice(1);
const taken = globSync('packages/contract/src/**/*.ts', { cwd: ROOT }).find(path =>
  new RegExp(`^export (const|type|interface) ${Noun}\\b`, 'm').test(
    readFileSync(join(ROOT, path), 'utf8')
  )
);
if (taken) {
  refuse(`${taken} has a ${Noun} already: choose another NOUN`);
}

function filled(text: string): string {
  return text
    .replaceAll('__feature__', feature)
    .replaceAll('__noun__', noun)
    .replaceAll('__Noun__', Noun)
    .replaceAll('__Title__', title);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
  console.error(`wrote ${path}`);
}

function place(template: string, path: string): void {
  write(path, filled(readFileSync(join(TEMPLATE, `${template}.txt`), 'utf8')));
}

/** Changes a file; a place that is not found is a fault of this script, not to be passed over. */
function edit(path: string, ...changes: readonly (readonly [RegExp, string])[]): void {
  let text = readFileSync(join(ROOT, path), 'utf8');
  for (const [where, replacement] of changes) {
    if (!where.test(text)) {
      refuse(`${path} has no place like ${where}; update scripts/new-feature.ts`);
    }
    text = text.replace(where, replacement);
  }
  write(path, text);
}

place('contract/feature.ts', `packages/contract/src/${feature}.ts`);
edit(
  'packages/contract/src/index.ts',
  [/^import \{ uploads \}.*$/m, `$&\nimport { ${feature} } from './${feature}.ts';`],
  [/^export \* from '\.\/uploads\.ts';$/m, `$&\nexport * from './${feature}.ts';`],
  [/,\n {2}uploads\n\}/, `,\n  uploads,\n  ${feature}\n}`]
);
edit('packages/contract/src/events.ts', [/\n {6}'usage'\n/, `\n      'usage',\n      '${noun}'\n`]);

edit('server/src/events/visibility.ts', [/^ {2}usage: everyone$/m, `$&,\n  ${noun}: engineers`]);

for (const part of ['table', 'service', 'routes', 'feature']) {
  place(`server/${part}.ts`, `server/src/features/${feature}/${part}.ts`);
}
edit(
  'server/src/features/index.ts',
  [
    /^import \{ feature as uploads \}.*$/m,
    `$&\nimport { feature as ${feature} } from './${feature}/feature.ts';`
  ],
  [/(,?)(\s*)\];/, `,$2${feature}\n];`]
);
place('test/feature.test.ts', `server/test/${feature}/${feature}.test.ts`);

// What an extension's package says differs by its name only.
const extension = `extensions/${feature}`;
for (const file of ['package.json', 'tsconfig.json']) {
  cpSync(join(ROOT, 'extensions/tensorboard', file), join(ROOT, extension, file));
  write(
    `${extension}/${file}`,
    readFileSync(join(ROOT, extension, file), 'utf8').replaceAll('tensorboard', feature)
  );
}
for (const file of ['index.ts', 'resource.tsx', 'CreateForm.tsx']) {
  place(`extension/${file}`, `${extension}/src/${file}`);
}
edit('tsconfig.json', [
  /\{\s*"path": "extensions\/account"\s*\}/,
  `$&,\n    {\n      "path": "${extension}"\n    }`
]);
place('docs/feature.md', `docs/features/${feature}.md`);

const catalog = 'python/topsdl/locale/zh_CN/LC_MESSAGES/topsdl.po';
const known = readFileSync(join(ROOT, catalog), 'utf8');
if (!known.includes(`\nmsgid ${JSON.stringify(title)}\n`)) {
  write(
    catalog,
    `${known.trimEnd()}\n\nmsgid ${JSON.stringify(title)}\nmsgstr ${JSON.stringify(chinese)}\n`
  );
}
