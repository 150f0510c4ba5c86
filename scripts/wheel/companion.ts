/**
 * Makes `python/topsdl/companion`: the companion bundled, its workers and supervisor beside it, the migrations,
 * and of node_modules what holds native code, for this platform only.
 */
import { build } from 'esbuild';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { entries } from '../../server/src/entry.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SERVER = join(ROOT, 'server');
const OUT = join(ROOT, 'python/topsdl/companion');

/** Packages with native code, or which find files beside themselves: kept whole, not bundled. */
const NATIVE = ['better-sqlite3', 'sharp', '@node-rs/argon2'];
/** What a package needs to be built, tested or read, but not to run. */
const NOT_TO_RUN =
  /(^|\/)(deps|src|docs?|tests?|benchmark|install|\.github)(\/|$)|\.(md|map|ts|mts|cts|gyp|gypi|flow)$|(^|\/)binding\.gyp$/;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Every file that the companion starts as a process or worker of its own, by its name in the bundle. */
const entryFiles = Object.fromEntries(
  Object.entries(entries).map(([name, source]) => [name, join(SERVER, 'src', source)])
);

async function bundle(): Promise<void> {
  const result = await build({
    entryPoints: entryFiles,
    outdir: OUT,
    bundle: true,
    // What several of them share is a file of its own, beside them: paths are found from there, too.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    conditions: ['topsdl-source'],
    external: [...NATIVE, ...NATIVE.map(name => `${name}/*`)],
    // Bundled CommonJS calls `require`, which a module has not.
    banner: {
      js: "import { createRequire as topsdlRequire } from 'node:module'; const require = topsdlRequire(import.meta.url);"
    },
    minifySyntax: true,
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning'
  });
  licences(Object.keys(result.metafile.inputs));
}

/** The licence of each package that went into the bundle, as their licences ask. */
function licences(inputs: readonly string[]): void {
  const folders = new Set(
    inputs
      .flatMap(input => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [])
      .map(path => resolve(path))
  );
  const texts = [...folders].sort().map(folder => {
    const { name, version } = manifest(folder);
    const [licence] = globSync('{LICENSE,LICENCE,License,license,COPYING}*', { cwd: folder });
    return `${name} ${version}\n\n${licence ? readFileSync(join(folder, licence), 'utf8').trim() : '(see its package.json)'}\n`;
  });
  writeFileSync(join(OUT, 'THIRD-PARTY-LICENSES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/** Where a package is that another one asks for; undefined for one of another platform. */
function locate(name: string, from: string): string | undefined {
  for (const folder of createRequire(join(from, 'package.json')).resolve.paths(name) ?? []) {
    if (existsSync(join(folder, name, 'package.json'))) {
      return realpathSync(join(folder, name));
    }
  }
  return undefined;
}

/** Copies a package and what it needs at run time, flat; node-addon-api and the like are for building. */
function copyPackage(
  name: string,
  from: string,
  copied: Map<string, string>,
  optional = false
): void {
  const folder = locate(name, from);
  if (!folder) {
    if (optional) {
      return;
    }
    throw new Error(`${name} is not installed; run scripts/bootstrap`);
  }
  const { version, dependencies = {}, optionalDependencies = {} } = manifest(folder);
  const had = copied.get(name);
  if (had !== undefined) {
    if (had !== version) {
      throw new Error(
        `two versions of ${name} are needed (${had}, ${version}); a flat copy holds one`
      );
    }
    return;
  }
  copied.set(name, version);
  const foreign = new RegExp(
    `prebuilds/(?!${process.platform}-${process.arch}[./])|/node_modules(/|$)`
  );
  cpSync(folder, join(OUT, 'node_modules', name), {
    recursive: true,
    filter: path => {
      const inside = relative(folder, path);
      return inside === '' || !(NOT_TO_RUN.test(inside) || foreign.test(`/${inside}`));
    }
  });
  for (const dependency of Object.keys(dependencies).filter(own => own !== 'node-addon-api')) {
    copyPackage(dependency, folder, copied, Object.hasOwn(optionalDependencies, dependency));
  }
  for (const dependency of Object.keys(optionalDependencies)) {
    copyPackage(dependency, folder, copied, true);
  }
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
await bundle();
const copied = new Map<string, string>();
for (const name of NATIVE) {
  copyPackage(name, SERVER, copied);
}
cpSync(join(SERVER, 'migrations'), join(OUT, 'migrations'), { recursive: true });
cpSync(join(SERVER, 'src/compute/volcano/node'), join(OUT, 'node'), {
  recursive: true,
  filter: path => !path.endsWith('__pycache__')
});
const { version } = manifest(SERVER);
writeFileSync(
  join(OUT, 'package.json'),
  `${JSON.stringify({ name: basename(dirname(OUT)), version, type: 'module' })}\n`
);
console.error(
  `companion: ${Object.keys(entryFiles).join(', ')}; packages ${[...copied.keys()].join(', ')}`
);
