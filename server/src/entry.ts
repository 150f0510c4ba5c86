import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(import.meta.url);
const folder = fileURLToPath(new URL('.', import.meta.url));

/** Whether the sources run as they are; otherwise this is compiled, or a bundle with its entries beside it. */
export const runsFromSource = extname(own) === '.ts';

/** Files that are started as a process or a worker of their own, by name, with where their source is. */
export const entries = {
  main: 'main.ts',
  'database-reader': 'db/reader-worker.ts',
  import: 'features/datasets/import/worker.ts',
  artifact: 'features/datasets/artifacts/worker.ts',
  supervisor: 'compute/local/supervisor.ts',
  relay: 'compute/local/relayProcess.ts'
} as const;

/** How a file that is started by name or by the path of its source is called in the bundle, without its ending. */
export function bundledName(entry: string): string {
  return Object.hasOwn(entries, entry) ? entry : entry.replace(/\.ts$/, '').replaceAll('/', '-');
}

/** Options of Node for what is started; empty in a bundle. */
export const entryOptions: readonly string[] = runsFromSource ? ['--conditions=topsdl-source'] : [];

/**
 * The path of a file to start.
 *
 * @param entry a name of {@link entries}, or the path of a source below `src`
 */
export function entryPoint(entry: string): string {
  if (!runsFromSource) {
    return join(folder, `${bundledName(entry)}.js`);
  }
  return join(
    folder,
    Object.hasOwn(entries, entry) ? entries[entry as keyof typeof entries] : entry
  );
}

/** The directory of the database's migrations. */
export function migrationsDirectory(): string {
  return join(folder, runsFromSource ? '../migrations' : 'migrations');
}

/** The directory with the program of a pod's first process, which is Python. */
export function nodeProgramDirectory(): string {
  return join(folder, runsFromSource ? 'compute/volcano/node' : 'node');
}

/** The product's version, from the package file beside a bundle or above the sources. */
export function productVersion(): string {
  const path = [join(folder, 'package.json'), join(folder, '..', 'package.json')].find(existsSync);
  if (path === undefined) {
    throw new Error(`there is no package.json near ${folder}`);
  }
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
