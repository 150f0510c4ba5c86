/**
 * Writes what is made from the contract: `docs/openapi.json` and the Python client's operations.
 * `--check` writes nothing and fails when a file is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { allOperations, openapi } from '../packages/contract/src/index.ts';
import { pythonApi } from './generate/python-api.ts';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  version: string;
};

const files = new Map<string, string>([
  ['docs/openapi.json', `${JSON.stringify(openapi(allOperations, version), null, 1)}\n`],
  ['python/topsdl/client/_api.py', pythonApi(allOperations)]
]);

let stale = 0;
for (const [path, text] of files) {
  const url = new URL(path, root);
  const before = await readFile(url, 'utf8').catch(() => '');
  if (before === text) {
    continue;
  }
  if (process.argv.includes('--check')) {
    console.error(`${path} is stale: run jlpm generate`);
    stale += 1;
  } else {
    await writeFile(url, text);
    console.error(`wrote ${path}`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
