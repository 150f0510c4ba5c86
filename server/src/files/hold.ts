import { copyFileSync, linkSync, mkdirSync, type Dirent } from 'node:fs';
import { mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const PREFIX = '.held-';

/**
 * Second names for the files of a directory, so that they stay when the first ones go.
 *
 * Files that are replaced by renaming stay as they were; ones that are written in place change.
 */
export class Hold {
  /** Has the files below the same relative paths. */
  readonly directory: string;
  readonly #source: string;

  private constructor(source: string, directory: string) {
    this.#source = source;
    this.directory = directory;
  }

  /** @param place an own directory for second names, on the same file system as the source */
  static async make(source: string, place: string): Promise<Hold> {
    await mkdir(place, { recursive: true, mode: 0o700 });
    return new Hold(source, await mkdtemp(join(place, `${PREFIX}${process.pid}-`)));
  }

  /** Removes what processes that were killed have left in a place. */
  static async removeLeft(place: string): Promise<void> {
    for (const { name } of await entriesOf(place)) {
      const pid = name.startsWith(PREFIX) && Number.parseInt(name.slice(PREFIX.length), 10);
      if (pid && !isAlive(pid)) {
        await rm(join(place, name), { recursive: true, force: true });
      }
    }
  }

  /**
   * Holds a file, unless it is held already. It is synchronous so that little happens before it.
   *
   * @param name relative to the source
   * @returns false if there is none
   */
  addFile(name: string): boolean {
    const to = join(this.directory, name);
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    try {
      addName(join(this.#source, name), to);
      return true;
    } catch (error) {
      switch ((error as NodeJS.ErrnoException).code) {
        case 'EEXIST':
          return true;
        case 'ENOENT':
          return false;
        default:
          throw error;
      }
    }
  }

  /** Holds all files and links below a directory, which need not exist. @param name relative to the source */
  async addTree(name: string): Promise<void> {
    await mkdir(join(this.directory, name), { recursive: true, mode: 0o700 });
    for (const child of await entriesOf(join(this.#source, name))) {
      const path = join(name, child.name);
      if (child.isDirectory()) {
        await this.addTree(path);
      } else if (child.isSymbolicLink()) {
        await this.#addLink(path);
      } else if (child.isFile()) {
        this.addFile(path);
      }
    }
  }

  async #addLink(name: string): Promise<void> {
    try {
      await symlink(await readlink(join(this.#source, name)), join(this.directory, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw error;
      }
    }
  }

  /** Lets go of everything. */
  async end(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

function addName(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EMLINK' && code !== 'EPERM') {
      throw error;
    }
    // It has as many names as the file system allows, or belongs to someone else.
    copyFileSync(from, to);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Empty for a directory that is gone. */
async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}
