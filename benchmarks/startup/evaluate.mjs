/**
 * The JavaScript that the extensions make a browser load at JupyterLab's start, without a browser: their
 * entries are run here on stand-ins for what JupyterLab shares, and each file that they ask for counts,
 * compressed by itself. Of the 60,000 bytes that all may have, 3,000 are left for what the core loads once
 * it runs, which only `measure.mjs` sees.
 *
 *   node benchmarks/startup/evaluate.mjs [DIRECTORY-OF-EXTENSIONS] [LIMIT]
 *
 * Prints one line of JSON; ends with status 1 above the limit, and then lists the files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';

const ROOT = resolve(import.meta.dirname, '../..');
const [directory = join(ROOT, 'python/topsdl/labextensions/@topsdl'), limit = '57000'] =
  process.argv.slice(2);

/** Whatever is done with it, it gives itself: a module, a class, a token, an element. */
const anything = new Proxy(function standIn() {}, {
  get: (_, name) => (name === Symbol.toPrimitive || name === 'toString' ? () => '' : anything),
  apply: () => anything,
  construct: () => anything
});

/** What JupyterLab has in its share scope; our own packages are put in by the core extension. */
const shared = new Proxy(
  {},
  {
    get: (own, name) =>
      own[name] ?? { '999.0.0': { get: async () => () => anything, loaded: 1, from: 'jupyterlab' } }
  }
);

const sizes = new Map();

function read(extension, file) {
  const bytes = readFileSync(join(directory, extension, 'static', file));
  sizes.set(`${extension}/${file}`, gzipSync(bytes, { level: 9 }).length);
  return bytes.toString();
}

/** A page with nothing in it but scripts, which are run when they are put in. */
function pageFor(extension) {
  const element = tag => ({
    tagName: tag,
    dataset: {},
    setAttribute() {},
    getAttribute: () => null,
    remove() {},
    appendChild() {},
    parentNode: { removeChild() {} }
  });
  const page = createContext({
    console: { ...console, warn() {} },
    setTimeout,
    clearTimeout,
    queueMicrotask,
    URL,
    navigator: anything,
    matchMedia: anything,
    localStorage: anything
  });
  const head = {
    appendChild(script) {
      if (script.src) {
        runInContext(read(extension, basename(new URL(script.src).pathname)), page);
        queueMicrotask(() => script.onload?.({ type: 'load' }));
      }
    }
  };
  page.document = {
    currentScript: { tagName: 'SCRIPT', src: `http://lab/extensions/${extension}/static/entry.js` },
    baseURI: 'http://lab/',
    head,
    body: head,
    documentElement: element('html'),
    createElement: element,
    getElementsByTagName: () => [],
    querySelector: () => head,
    createTextNode: () => ({}),
    addEventListener() {}
  };
  page.window = page.self = page.globalThis = page;
  page.location = new URL('http://lab/lab');
  page.addEventListener = () => {};
  return page;
}

async function start(extension) {
  const page = pageFor(extension);
  const manifest = JSON.parse(readFileSync(join(directory, extension, 'package.json'), 'utf8'));
  const { load, extension: plugins, style } = manifest.jupyterlab._build;
  runInContext(read(extension, basename(load)), page);
  const container = page._JUPYTERLAB[manifest.name];
  await container.init(shared);
  return async () => {
    for (const part of [plugins, style].filter(Boolean)) {
      (await container.get(part))();
    }
  };
}

const extensions = readdirSync(directory);
// The core first: the others take our packages from it.
extensions.sort((a, b) => Number(b.startsWith('core')) - Number(a.startsWith('core')));
for (const extension of extensions) {
  const run = await start(extension);
  await run();
}
const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
console.log(JSON.stringify({ files: sizes.size, bytes, limit: Number(limit) }));
if (bytes > Number(limit)) {
  console.error(
    'The extensions load too much at the start: an index may import tokens and icons of @topsdl/lab, types, and nothing else.'
  );
  for (const [file, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
    console.error(`${String(size).padStart(6)} ${file}`);
  }
  process.exitCode = 1;
}
