import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, type Dirent } from 'node:fs';
import { lstat, mkdtemp, readdir, readlink, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { syncDirectory } from '../files/atomic.ts';
import { openReader } from './open.ts';

/** What a backup takes along; caches, uploads and logs are made again or not missed. */
const FILES = ['config.toml', 'secret', 'admin-password'] as const;
const TREES = ['packs', 'sets', 'images', 'runs', 'tasks'] as const;

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Copies a data directory into one tar file, also while its companion runs: the database by SQLite's
 * own online copy, first, then the files it may refer to. `manifest.json`, at the end, has size and
 * SHA-256 of each. To restore, unpack it into an empty directory.
 *
 * @returns what was written
 */
export async function writeBackup(
  data: string,
  out: string
): Promise<{ out: string; files: number; bytes: number }> {
  const part = `${out}.part`;
  const scratch = await mkdtemp(join(dirname(out), '.topsdl-backup-'));
  const archive = pack();
  const file = createWriteStream(part, { mode: 0o600 });
  const written = pipeline(archive, file);
  const entries: Entry[] = [];
  try {
    const copy = join(scratch, 'topsdl.db');
    const source = openReader(join(data, 'db', 'topsdl.db'));
    try {
      await source.backup(copy);
    } finally {
      source.close();
    }
    entries.push(await addFile(archive, copy, 'db/topsdl.db'));
    for (const name of FILES) {
      await addIfThere(archive, join(data, name), name, entries);
    }
    for (const name of TREES) {
      await addTree(archive, data, join(data, name), entries);
    }
    const manifest = JSON.stringify(
      { createdAt: new Date().toISOString(), files: entries },
      null,
      2
    );
    archive.entry({ name: 'manifest.json', mode: 0o600 }, manifest);
    archive.finalize();
    await written;
    await rename(part, out);
    await syncDirectory(dirname(out));
  } catch (error) {
    archive.destroy();
    await written.catch(() => {});
    await rm(part, { force: true });
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { out, files: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function addTree(
  archive: Pack,
  root: string,
  directory: string,
  entries: Entry[]
): Promise<void> {
  let children: Dirent[];
  try {
    children = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return;
    }
    throw error;
  }
  archive.entry({ name: `${relative(root, directory)}/`, type: 'directory', mode: 0o700 });
  for (const child of children) {
    const path = join(directory, child.name);
    if (child.isDirectory()) {
      await addTree(archive, root, path, entries);
    } else if (child.isSymbolicLink()) {
      // As a link: what it points at is not ours to copy.
      const linkname = await readlink(path);
      archive.entry({ name: relative(root, path), type: 'symlink', linkname });
    } else if (child.isFile()) {
      await addIfThere(archive, path, relative(root, path), entries);
    }
  }
}

async function addIfThere(
  archive: Pack,
  path: string,
  name: string,
  entries: Entry[]
): Promise<void> {
  try {
    entries.push(await addFile(archive, path, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
}

/** Adds a file with the size it has now, even while it grows: that much belongs to the copied database. */
async function addFile(archive: Pack, path: string, name: string): Promise<Entry> {
  const { size, mode, mtime } = await lstat(path);
  const header = { name, size, mode: mode & 0o777, mtime };
  const hash = createHash('sha256');
  if (size === 0) {
    archive.entry(header, '');
  } else {
    const tap = new PassThrough();
    tap.on('data', (chunk: Buffer) => hash.update(chunk));
    await pipeline(createReadStream(path, { start: 0, end: size - 1 }), tap, archive.entry(header));
  }
  return { path: name, bytes: size, sha256: hash.digest('hex') };
}
