import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { nodeProgramDirectory } from '../../entry.ts';
import type { VolcanoEngineConfig } from './config.ts';

/**
 * Puts the program of the nodes on the shared volume, and the accounts that it runs with, once for each version of them: pods that run
 * keep what they began with.
 *
 * @returns its directory
 */
export async function installProgram(
  config: Pick<VolcanoEngineConfig, 'dataDirectory' | 'uid' | 'gid'>
): Promise<string> {
  const { dataDirectory } = config;
  const source = nodeProgramDirectory();
  const names = (await readdir(source)).filter(name => name.endsWith('.py')).sort();
  const files = await Promise.all(
    names.map(async name => [name, await readFile(join(source, name))] as const)
  );
  const all = [...files, ...Object.entries(accounts(config))];
  const hash = createHash('sha256');
  all.forEach(([name, content]) => hash.update(`${name}\0`).update(content));
  const parent = join(dataDirectory, 'cache', 'nodes');
  const directory = join(parent, hash.digest('hex').slice(0, 16));
  const fresh = `${directory}.${process.pid}.${performance.now()}`;
  await mkdir(fresh, { recursive: true, mode: 0o755 });
  await Promise.all(
    all.map(([name, content]) => writeFile(join(fresh, name), content, { mode: 0o644 }))
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

/** The account is called root so that the manual's commands work, and has no privilege. An `x` as password would read as locked to sshd. */
function accounts({ uid, gid }: Pick<VolcanoEngineConfig, 'uid' | 'gid'>): Record<string, string> {
  return {
    passwd: `root:*:${uid}:${gid}:root:/root:/bin/bash
sshd:*:104:65534::/run/sshd:/usr/sbin/nologin
nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`,
    group: `root:x:${gid}:\nnogroup:x:65534:\n`
  };
}
