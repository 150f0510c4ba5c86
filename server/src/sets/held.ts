import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errno } from '../files/errno.ts';

/** What can be wrong with a path inside a tree; the codes are those of the contract's catalogue. */
export type TreeFault =
  'file-not-found' | 'file-exists' | 'not-a-directory' | 'is-a-directory' | 'too-large';

/** A path that cannot be used as asked. `path` is relative to the tree. */
export class TreeError extends Error {
  readonly code: TreeFault;
  readonly path: string;

  constructor(code: TreeFault, path: string) {
    super(`${code}: ${path}`);
    this.name = 'TreeError';
    this.code = code;
    this.path = path;
  }
}

/** A file or a directory of a tree; a directory has 0 bytes. */
export interface TreeEntry {
  readonly name: string;
  /** Relative to the tree, `/` between parts. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** How directories are opened on the way to a file. */
export const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** How files are opened; O_NONBLOCK, for a FIFO that a job planted must not hold the thread that opens it. */
export const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Of a path in a tree, as the contract's `FilePath` has it. */
export const LONGEST_PATH = 1024;
const STAT_BATCH = 64;

/** An open directory. Names are resolved against the descriptor, as openat(2) does. */
export interface Held {
  readonly handle: FileHandle;
  at(name: string): string;
}

export function hold(handle: FileHandle, path: string): Held {
  const base = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : path;
  return { handle, at: name => `${base}/${name}` };
}

/** Opens a directory in another one. */
export async function openAt(held: Held, name: string, path: string): Promise<Held> {
  return hold(await fs.open(held.at(name), DIRECTORY).catch(refuse(path)), held.at(name));
}

/** Parts of a relative path; one that could lead out is not found, whoever let it through. */
export function split(path: string): string[] {
  if (path === '') {
    return [];
  }
  const parts = path.split('/');
  if (parts.some(part => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
    throw new TreeError('file-not-found', path);
  }
  return parts;
}

/** Whether somebody wants to know of a file with this name; of directories everybody does. */
export type Wanted = (name: string) => boolean;

export async function entriesOf(
  held: Held,
  path: string,
  wanted: Wanted = () => true
): Promise<TreeEntry[]> {
  const names = (await fs.readdir(held.at('.'), { withFileTypes: true }))
    .filter(entry => !entry.isFile() || wanted(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const entries: TreeEntry[] = [];
  for (let start = 0; start < names.length; start += STAT_BATCH) {
    const batch = await Promise.all(
      names
        .slice(start, start + STAT_BATCH)
        .map(name => entryAt(held, name, path === '' ? name : `${path}/${name}`))
    );
    entries.push(...batch.filter(entry => entry !== null));
  }
  return entries;
}

export async function entryAt(held: Held, name: string, path: string): Promise<TreeEntry | null> {
  try {
    return describe(name, path, await fs.lstat(held.at(name)));
  } catch (error) {
    if (errno(error) === 'ENOENT') {
      return null;
    }
    return refuse(path)(error);
  }
}

export async function presentAt(held: Held, name: string, path: string): Promise<TreeEntry> {
  const entry = await entryAt(held, name, path);
  if (!entry) {
    throw new TreeError('file-not-found', path);
  }
  return entry;
}

type Stats = Awaited<ReturnType<typeof fs.lstat>>;

export function describe(name: string, path: string, stats: Stats): TreeEntry | null {
  if (!stats.isFile() && !stats.isDirectory()) {
    return null;
  }
  return {
    name,
    path,
    kind: stats.isFile() ? 'file' : 'directory',
    bytes: stats.isFile() ? Number(stats.size) : 0,
    modifiedAt: stats.mtime
  };
}

export function refuse(path: string): (error: unknown) => never {
  return error => {
    switch (errno(error)) {
      case 'ENOENT':
      case 'ELOOP':
      case 'ENXIO':
        throw new TreeError('file-not-found', path);
      case 'ENOTDIR':
        throw new TreeError('not-a-directory', path);
      case 'EEXIST':
      case 'ENOTEMPTY':
        throw new TreeError('file-exists', path);
      case 'EISDIR':
        throw new TreeError('is-a-directory', path);
      case 'ENAMETOOLONG':
        throw new TreeError('file-not-found', path);
      default:
        throw error;
    }
  };
}
