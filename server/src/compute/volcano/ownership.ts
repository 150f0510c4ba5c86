import type { Stats } from 'node:fs';
import { chmod, chown, lchown, lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** Whose the files are that pods write. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes the companion's files usable for pods, which have a user that is not root. A companion that runs as this very user has nothing
 * to do; one that is root gives away what is written and lets what is only read be read by all: the data directory, which only the
 * companion enters, is above it.
 */
export class Ownership {
  readonly #owner: Owner;
  readonly #needed: boolean;
  /** Trees that were opened, by path, with what their root looked like: what pods only read does not change below it. */
  readonly #opened = new Map<string, string>();

  constructor(owner: Owner, user = process.getuid?.()) {
    this.#owner = owner;
    this.#needed = user === 0;
  }

  /** One file or directory, not what is in it. */
  async giveOne(path: string): Promise<void> {
    if (this.#needed) {
      await chown(path, this.#owner.uid, this.#owner.gid);
    }
  }

  /** All of a tree. Its root is last, and says that the rest is done. */
  async give(path: string): Promise<void> {
    if (!this.#needed) {
      return;
    }
    const { uid, gid } = this.#owner;
    await walk(
      path,
      async (item, found) => {
        if (found.uid !== uid) {
          await lchown(item, uid, gid);
        }
      },
      found => found.uid === uid
    );
  }

  /** Lets all of a tree be read. */
  async open(path: string): Promise<void> {
    if (!this.#needed) {
      return;
    }
    const { ino, mtimeMs } = await lstat(path);
    const mark = `${ino} ${mtimeMs}`;
    if (this.#opened.get(path) === mark) {
      return;
    }
    await walk(path, async (item, found) => {
      const wanted = found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o555 : 0o444;
      if (!found.isSymbolicLink() && (found.mode & wanted) !== wanted) {
        await chmod(item, (found.mode & 0o7777) | wanted);
      }
    });
    this.#opened.set(path, mark);
  }
}

/** Everything below a path and then the path itself; links are not followed. @param done whether there is nothing to do at all */
async function walk(
  path: string,
  visit: (path: string, found: Stats) => Promise<void>,
  done: (found: Stats) => boolean = () => false
): Promise<void> {
  const found = await lstat(path);
  if (done(found)) {
    return;
  }
  if (found.isDirectory()) {
    for await (const entry of await opendir(path)) {
      await walk(join(path, entry.name), visit);
    }
  }
  await visit(path, found);
}
