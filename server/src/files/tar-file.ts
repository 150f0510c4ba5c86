import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, readdir, readlink, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';

const CHUNK = 1024 * 1024;

/** What the manifest says of a file. */
export interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A tar file that is being written, with a manifest of its files at the end. */
export class TarFile {
  readonly #path: string;
  readonly #options: { readonly signal?: AbortSignal };
  readonly #archive: Pack = pack();
  readonly #written: Promise<void>;
  readonly #entries: Entry[] = [];

  /** @param signal ends the writing; what is under way fails then */
  constructor(path: string, signal?: AbortSignal) {
    this.#path = path;
    this.#options = signal ? { signal } : {};
    const file = createWriteStream(path, { mode: 0o600 });
    this.#written = pipeline(this.#archive, file, this.#options);
    // Whoever writes next is told; until then nobody waits for it.
    this.#written.catch(() => {});
  }

  addDirectory(name: string): void {
    this.#archive.entry({ name: `${name}/`, type: 'directory', mode: 0o700 });
  }

  /**
   * Adds a file, unless there is none.
   *
   * It may be written meanwhile: it is added with the size that it has at the beginning. What is missing of
   * that in the end is filled with zeros, as GNU tar does.
   *
   * @param bytes how much of it to take; all of it otherwise
   */
  async addFile(path: string, name: string, bytes?: number): Promise<void> {
    const handle = await openIfThere(path);
    if (handle === undefined) {
      return;
    }
    try {
      const { size: all, mode, mtime } = await handle.stat();
      const size = bytes ?? all;
      const hash = createHash('sha256');
      const entry = this.#archive.entry({ name, size, mode: mode & 0o777, mtime });
      await pipeline(bytesOf(handle, size, hash), entry, this.#options);
      this.#entries.push({ path: name, bytes: size, sha256: hash.digest('hex') });
    } finally {
      await handle.close();
    }
  }

  /** Adds all files and links below a directory. @param name relative to the root */
  async addTree(root: string, name: string): Promise<void> {
    const directory = join(root, name);
    this.addDirectory(name);
    for (const child of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, child.name);
      const childName = `${name}/${child.name}`;
      if (child.isDirectory()) {
        await this.addTree(root, childName);
      } else if (child.isSymbolicLink()) {
        // As a link: what it points at is not ours to copy.
        const linkname = await readlink(path);
        this.#archive.entry({ name: childName, type: 'symlink', linkname });
      } else if (child.isFile()) {
        await this.addFile(path, childName);
      }
    }
  }

  /** Adds the manifest and waits until all is written. @returns the files */
  async finish(): Promise<readonly Entry[]> {
    const manifest = { createdAt: new Date().toISOString(), files: this.#entries };
    this.#archive.entry({ name: 'manifest.json', mode: 0o600 }, JSON.stringify(manifest, null, 2));
    this.#archive.finalize();
    await this.#written;
    return this.#entries;
  }

  /** Stops writing, and removes what was written. */
  async abandon(): Promise<void> {
    this.#archive.destroy();
    await this.#written.catch(() => {});
    await rm(this.#path, { force: true });
  }
}

/** The first `size` bytes of a file, filled up with zeros if it has become shorter. */
async function* bytesOf(handle: FileHandle, size: number, hash: Hash): AsyncGenerator<Buffer> {
  for (let done = 0; done < size;) {
    const chunk = Buffer.alloc(Math.min(CHUNK, size - done));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, done);
    const part = bytesRead === 0 ? chunk : chunk.subarray(0, bytesRead);
    hash.update(part);
    yield part;
    done += part.length;
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
