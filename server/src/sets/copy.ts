import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FilePath } from '@topsdl/contract';
import { errno } from '../files/errno.ts';
import type { Extent, Tree } from './tree.ts';

/** What a copy took, and the paths it could not take. */
export interface Copied extends Extent {
  /** Entries whose names a version cannot hold, as they are named. */
  readonly skipped: readonly string[];
}

/**
 * Copies a tree's files into a directory that does not exist yet.
 *
 * With `link` the files of the copy share their bytes with those of the source: right where both
 * replace files by renaming and never write into one, as versions do. Otherwise bytes are cloned
 * where the file system can, copied where it cannot: right for what a job wrote, as it may go on
 * writing into the same files when it is resumed.
 *
 * Links, sockets and devices are not part of a tree and are not copied. Files are synced.
 */
export async function copyTree(
  source: Tree,
  target: string,
  how: 'link' | 'clone'
): Promise<Copied> {
  let files = 0;
  let bytes = 0;
  const skipped: string[] = [];
  const directories = [target];
  await fs.mkdir(target, { mode: 0o755 });
  for await (const entry of source.walk()) {
    const name = FilePath.safeParse(entry.path);
    if (!name.success) {
      skipped.push(entry.path);
      continue;
    }
    const to = join(target, name.data);
    if (entry.kind === 'directory') {
      await fs.mkdir(to, { recursive: true, mode: 0o755 });
      directories.push(to);
      continue;
    }
    await fs.mkdir(dirname(to), { recursive: true, mode: 0o755 });
    const taken = how === 'link' ? await link(source, entry.path, to) : false;
    if (!taken && !(await clone(source, entry.path, to))) {
      skipped.push(entry.path);
      continue;
    }
    files++;
    bytes += entry.bytes;
  }
  for (const directory of directories) {
    await syncPath(directory);
  }
  return { files, bytes, skipped };
}

/** False where a file has as many names as the file system allows. */
async function link(source: Tree, path: string, to: string): Promise<boolean> {
  try {
    await source.link(path, to);
    return true;
  } catch (error) {
    if (errno(error) === 'EMLINK') {
      return false;
    }
    throw error;
  }
}

/** False where the name exists: two names that differ in Unicode form only are one name here. */
async function clone(source: Tree, path: string, to: string): Promise<boolean> {
  const { handle } = await source.open(path);
  try {
    // The descriptor, not the name: what the name leads to may change between the two.
    const from =
      process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : `/dev/fd/${handle.fd}`;
    await fs.copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await fs.chmod(to, 0o644);
    await syncPath(to);
    return true;
  } catch (error) {
    if (errno(error) === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    await handle.close();
  }
}

async function syncPath(path: string): Promise<void> {
  const handle = await fs.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
