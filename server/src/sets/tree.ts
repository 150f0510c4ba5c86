import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errno } from '../files/errno.ts';
import {
  describe,
  DIRECTORY,
  entriesOf,
  entryAt,
  FILE,
  hold,
  LONGEST_PATH,
  openAt,
  presentAt,
  refuse,
  split,
  TreeError,
  type Held,
  type TreeEntry,
  type Wanted
} from './held.ts';

export { TreeError, type TreeEntry, type TreeFault } from './held.ts';

/** How many files and bytes an operation touched. */
export interface Extent {
  readonly files: number;
  readonly bytes: number;
}

/** Bytes that are whole and wait for their place; `discard` does nothing once they have one. */
export interface Received {
  readonly file: string;
  discard(): Promise<void>;
}

/**
 * A directory that requests reach into and never out of.
 *
 * Paths are walked a part at a time, each opened with O_NOFOLLOW relative to the descriptor of the
 * part before (`/proc/self/fd/<n>/<name>`, the way to openat(2) that Node has). So a link that a job
 * plants, even between a check and its use, leads nowhere. Where there is no /proc the parts are
 * still opened one by one, without the guarantee against a race; jobs are not isolated there at all.
 */
export class Tree {
  readonly #root: string;
  readonly #scratch: string;

  /**
   * @param root the directory
   * @param scratch a directory on the same file system where files wait until they are whole
   */
  constructor(root: string, scratch: string) {
    this.#root = root;
    this.#scratch = scratch;
  }

  /** The entries of a directory by name; what is neither a file nor a directory is left out. */
  async list(path = ''): Promise<TreeEntry[]> {
    const held = await this.#directory(split(path), path);
    try {
      return await entriesOf(held, path);
    } finally {
      await held.handle.close();
    }
  }

  /**
   * All entries below a directory, a directory before what is in it. Directories that are gone by the time it gets there are left out,
   * and so is what lies so deep that no request can name it.
   *
   * @param wanted by their names, the files that are looked at
   */
  async *walk(path = '', wanted: Wanted = () => true): AsyncGenerator<TreeEntry> {
    const held = await this.#directory(split(path), path);
    try {
      yield* walkBelow(held, path, wanted);
    } finally {
      await held.handle.close();
    }
  }

  /** All entries below a directory at once. */
  async all(path = ''): Promise<TreeEntry[]> {
    const entries: TreeEntry[] = [];
    for await (const entry of this.walk(path)) {
      entries.push(entry);
    }
    return entries;
  }

  /** Counts the files below a directory. */
  async measure(path = ''): Promise<Extent> {
    let files = 0;
    let bytes = 0;
    for await (const entry of this.walk(path)) {
      if (entry.kind === 'file') {
        files++;
        bytes += entry.bytes;
      }
    }
    return { files, bytes };
  }

  /** One entry. */
  async stat(path: string): Promise<TreeEntry> {
    return this.#inParent(path, (held, name) => presentAt(held, name, path));
  }

  /** Opens a regular file for reading; the caller closes the handle. */
  async open(path: string): Promise<{ handle: FileHandle; entry: TreeEntry }> {
    return this.#inParent(path, async (held, name) => {
      const handle = await fs.open(held.at(name), FILE).catch(refuse(path));
      const entry = describe(name, path, await handle.stat());
      if (entry?.kind !== 'file') {
        await handle.close();
        throw new TreeError(entry ? 'is-a-directory' : 'file-not-found', path);
      }
      return { handle, entry };
    });
  }

  /**
   * Takes in a file's bytes, synced, to a place of their own.
   *
   * @param limit the most bytes that are taken
   */
  async receive(
    body: AsyncIterable<Uint8Array>,
    limit: number
  ): Promise<Received & { readonly bytes: number }> {
    const waiting = join(this.#scratch, randomUUID());
    const discard = () => fs.rm(waiting, { force: true });
    let bytes = 0;
    try {
      const handle = await fs.open(waiting, 'wx', 0o644);
      try {
        for await (const chunk of body) {
          bytes += chunk.byteLength;
          if (bytes > limit) {
            throw new TreeError('too-large', '');
          }
          await handle.writeFile(chunk);
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      await discard();
      throw error;
    }
    return { file: waiting, bytes, discard };
  }

  /** Takes in a file of the same file system by a second name, so that both share the bytes. One without any need not be there. */
  async adopt(file: string): Promise<Received> {
    const waiting = join(this.#scratch, randomUUID());
    try {
      // Not every file system has second names.
      await fs.link(file, waiting).catch(() => fs.copyFile(file, waiting));
      await fs.chmod(waiting, 0o644);
    } catch (error) {
      if (errno(error) !== 'ENOENT') {
        throw error;
      }
      await fs.writeFile(waiting, '', { mode: 0o644, flag: 'wx' });
    }
    return { file: waiting, discard: () => fs.rm(waiting, { force: true }) };
  }

  /**
   * Puts a received file in its place by renaming it, so that readers see the old or the new bytes,
   * and files that share the old ones keep them. Directories above are made.
   *
   * @returns the new entry, and the bytes of the file it replaced (null when there was none)
   */
  async place(
    received: Received,
    path: string
  ): Promise<{ entry: TreeEntry; replaced: number | null }> {
    return this.#inParent(
      path,
      async (held, name) => {
        const before = await entryAt(held, name, path);
        if (before?.kind === 'directory') {
          throw new TreeError('is-a-directory', path);
        }
        await fs.rename(received.file, held.at(name));
        await held.handle.sync();
        return { entry: await presentAt(held, name, path), replaced: before?.bytes ?? null };
      },
      true
    );
  }

  /** Gives a file a second name, outside the tree; both share the bytes. */
  async link(path: string, target: string): Promise<void> {
    await this.#inParent(path, (held, name) => fs.link(held.at(name), target));
  }

  /** Makes a directory and those above it. */
  async makeDirectory(path: string): Promise<TreeEntry> {
    return this.#inParent(
      path,
      async (held, name) => {
        await fs.mkdir(held.at(name), { mode: 0o755 }).catch(refuse(path));
        return presentAt(held, name, path);
      },
      true
    );
  }

  /** Moves a file or a directory; nothing may be at the new path, which may not lie inside the old. */
  async move(from: string, to: string): Promise<TreeEntry> {
    if (to === from || to.startsWith(`${from}/`)) {
      throw new TreeError('file-exists', to);
    }
    return this.#inParent(from, async (source, oldName) => {
      await presentAt(source, oldName, from);
      return this.#inParent(
        to,
        async (target, newName) => {
          if (await entryAt(target, newName, to)) {
            throw new TreeError('file-exists', to);
          }
          await fs.rename(source.at(oldName), target.at(newName)).catch(refuse(to));
          await Promise.all([source.handle.sync(), target.handle.sync()]);
          return presentAt(target, newName, to);
        },
        true
      );
    });
  }

  /** Removes a file, or a directory with all in it; it is out of sight at once and then deleted. */
  async remove(path: string): Promise<Extent> {
    const waiting = join(this.#scratch, randomUUID());
    const removed = await this.#inParent(path, async (held, name) => {
      const entry = await presentAt(held, name, path);
      await fs.rename(held.at(name), waiting);
      await held.handle.sync();
      return entry;
    });
    const extent =
      removed.kind === 'file'
        ? { files: 1, bytes: removed.bytes }
        : await new Tree(waiting, this.#scratch).measure();
    await fs.rm(waiting, { recursive: true, force: true });
    return extent;
  }

  async #directory(parts: readonly string[], path: string, make = false): Promise<Held> {
    let held = hold(await fs.open(this.#root, DIRECTORY).catch(refuse(path)), this.#root);
    for (const part of parts) {
      const outer = held;
      try {
        if (make) {
          await fs.mkdir(outer.at(part), { mode: 0o755 }).catch((error: unknown) => {
            if (errno(error) !== 'EEXIST') {
              throw error;
            }
          });
        }
        held = await openAt(outer, part, path);
      } finally {
        await outer.handle.close();
      }
    }
    return held;
  }

  async #inParent<T>(
    path: string,
    use: (held: Held, name: string) => Promise<T>,
    make = false
  ): Promise<T> {
    const parts = split(path);
    const name = parts.pop();
    if (name === undefined) {
      throw new TreeError('is-a-directory', path);
    }
    const held = await this.#directory(parts, path, make);
    try {
      return await use(held, name);
    } finally {
      await held.handle.close();
    }
  }
}

/** From descriptor to descriptor, as deep as {@link LONGEST_PATH} lets it go. */
async function* walkBelow(held: Held, path: string, wanted: Wanted): AsyncGenerator<TreeEntry> {
  for (const entry of await entriesOf(held, path, wanted)) {
    yield entry;
    if (entry.kind !== 'directory' || entry.path.length >= LONGEST_PATH) {
      continue;
    }
    const inner = await openAt(held, entry.name, entry.path).catch(unlessGone);
    if (inner) {
      try {
        yield* walkBelow(inner, entry.path, wanted);
      } finally {
        await inner.handle.close();
      }
    }
  }
}

function unlessGone(error: unknown): null {
  if (error instanceof TreeError) {
    return null;
  }
  throw error;
}
