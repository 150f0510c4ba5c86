import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { nodeProgramDirectory } from '../../entry.ts';

/**
 * Puts the program of the nodes on the shared volume, once for each version of it: pods that run keep the one they began with.
 *
 * @returns its directory
 */
export async function installProgram(dataDirectory: string): Promise<string> {
  const source = nodeProgramDirectory();
  const names = (await readdir(source)).filter(name => name.endsWith('.py')).sort();
  const contents = await Promise.all(names.map(name => readFile(join(source, name))));
  const hash = createHash('sha256');
  names.forEach((name, i) => hash.update(`${name}\0`).update(contents[i] ?? ''));
  const parent = join(dataDirectory, 'cache', 'nodes');
  const directory = join(parent, hash.digest('hex').slice(0, 16));
  const fresh = `${directory}.${process.pid}.${performance.now()}`;
  await mkdir(fresh, { recursive: true, mode: 0o755 });
  await Promise.all(
    names.map((name, i) => writeFile(join(fresh, name), contents[i] ?? '', { mode: 0o644 }))
  );
  await chmod(fresh, 0o755);
  try {
    await rename(fresh, directory);
  } catch {
    // It is there already: its name says what is in it.
    await rm(fresh, { recursive: true, force: true });
  }
  return directory;
}
