import type { Database } from 'better-sqlite3';
import { mkdirSync, readdirSync, statSync, truncateSync, unlinkSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { packPath, type Extent } from './reader.ts';
import { prepareStatements, type ContentRow, type PackStatements } from './statements.ts';
import type { PackLease } from './writer.ts';

/** A pack takes no more once it has reached this. */
export const PACK_LIMIT = 1024 ** 3;

/** Bytes that a writer has made durable and that are to be known from now on. */
export interface StoredContent extends Extent {
  readonly sha256: Buffer;
}

export interface PackLog {
  warn(fields: object, message: string): void;
}

/**
 * Content-addressed bytes in append-only packs, indexed in SQLite.
 *
 * Writers lease a pack, append and sync in a worker; the rows are committed afterwards by
 * {@link PackStore.add}, in the transaction of whoever refers to them. So a crash leaves at most a
 * tail that nothing points into, and {@link PackStore.recover} cuts it off.
 */
export class PackStore {
  readonly directory: string;
  readonly #log: PackLog;
  readonly #statements: PackStatements;
  readonly #leased = new Set<number>();
  #pins = 0;
  #writers = 0;
  /** Called when the last writer or holder of extents has ended. */
  onQuiet: () => void = () => {};

  constructor(sqlite: Database, directory: string, log: PackLog) {
    this.directory = directory;
    this.#log = log;
    this.#statements = prepareStatements(sqlite);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** Makes files and index agree after a crash: tails are cut, files that no row knows are removed. */
  recover(): void {
    const known = new Map(this.#statements.listPacks.all().map(row => [row.id, row.size]));
    for (const name of readdirSync(this.directory)) {
      const id = /^(\d{8})\.pack$/.exec(name)?.[1];
      if (id === undefined) {
        continue;
      }
      const path = join(this.directory, name);
      const committed = known.get(Number(id));
      known.delete(Number(id));
      if (committed === undefined) {
        unlinkSync(path);
        continue;
      }
      const { size } = statSync(path);
      if (size > committed) {
        truncateSync(path, committed);
      } else if (size < committed) {
        this.#log.warn({ pack: name, size, committed }, 'a pack is shorter than its index says');
      }
    }
    for (const [id, size] of known) {
      if (size === 0) {
        this.#statements.deletePack.run(id);
      } else {
        this.#log.warn({ pack: id, size }, 'a pack is missing');
      }
    }
  }

  /**
   * Begins a piece of writing: until the returned function is called, no bytes are collected, so that
   * content found by {@link find} is still there when a row comes to refer to it.
   */
  beginWriting(): () => void {
    this.#writers++;
    return this.#once(() => {
      this.#writers--;
    });
  }

  /** Keeps every pack's file in place while someone reads extents that were looked up before. */
  pin(): () => void {
    this.#pins++;
    return this.#once(() => {
      this.#pins--;
    });
  }

  #once(end: () => void): () => void {
    let ended = false;
    return () => {
      if (!ended) {
        ended = true;
        end();
        if (this.quiet) {
          this.onQuiet();
        }
      }
    };
  }

  /** Nobody writes or holds extents. */
  get quiet(): boolean {
    return this.#writers === 0 && this.#pins === 0;
  }

  /** Leases a pack with room to one writer. Give it back with {@link release}. */
  lease(): PackLease {
    const free = this.#statements.packsWithRoom
      .all(PACK_LIMIT)
      .find(row => !this.#leased.has(row.id));
    const pack = free ?? { id: Number(this.#statements.createPack.run().lastInsertRowid), size: 0 };
    this.#leased.add(pack.id);
    return {
      packId: pack.id,
      path: packPath(this.directory, pack.id),
      offset: pack.size,
      limit: PACK_LIMIT
    };
  }

  /** Keeps a pack from being leased. @returns false if someone has it */
  reserve(packId: number): boolean {
    if (this.#leased.has(packId)) {
      return false;
    }
    this.#leased.add(packId);
    return true;
  }

  unreserve(packId: number): void {
    this.#leased.delete(packId);
  }

  /** Takes a lease back; what was written but not committed is cut off. */
  release(packId: number): void {
    if (!this.#leased.delete(packId)) {
      return;
    }
    const committed = this.#statements.packSize.get(packId)?.size ?? 0;
    const path = packPath(this.directory, packId);
    try {
      if (committed === 0) {
        // The file first: on a full disk that is the room which the row's removal needs.
        unlinkSync(path);
        this.#statements.deletePack.run(packId);
      } else if (statSync(path).size > committed) {
        truncateSync(path, committed);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        // The next start cuts it; until then the space is only wasted.
        this.#log.warn({ packId, error }, 'a pack could not be cut to what is committed');
      }
    }
  }

  /** The content of a hash, if it is stored. */
  find(sha256: Buffer): ContentRow | undefined {
    return this.#statements.findContent.get(sha256);
  }

  get(key: number): ContentRow | undefined {
    return this.#statements.getContent.get(key);
  }

  /**
   * Makes durable bytes known, with one reference. Call it inside a transaction. Where someone else
   * stored the same bytes meanwhile, theirs are used and these count as dead.
   *
   * @returns the content's key
   */
  add(content: StoredContent): number {
    const { sha256, packId, offset, length } = content;
    this.#statements.growPack.run(offset + length, packId);
    const existing = this.#statements.findContent.get(sha256);
    if (existing) {
      this.#statements.addDead.run(length, packId);
      this.refer(existing.key, 1);
      return existing.key;
    }
    return Number(
      this.#statements.insertContent.run(sha256, packId, offset, length).lastInsertRowid
    );
  }

  /** Changes how many images point at a content. Call it inside a transaction. */
  refer(key: number, change: number): void {
    this.#statements.refer.run(change, key);
  }

  /** All bytes of a content, or a range of them, as a stream; the whole is not held in memory. */
  async stream(
    key: number,
    range?: { readonly start: number; readonly end: number }
  ): Promise<Readable> {
    return this.#opened(key, async (handle, extent) => {
      const start = extent.offset + (range?.start ?? 0);
      const end = range ? extent.offset + range.end : extent.offset + extent.length - 1;
      if (extent.length === 0) {
        await handle.close();
        return Readable.from([]);
      }
      return handle.createReadStream({ start, end, autoClose: true });
    });
  }

  /** All bytes of a content. For pictures that are to be decoded. */
  async read(key: number): Promise<Buffer> {
    return this.#opened(key, async (handle, extent) => {
      try {
        const bytes = Buffer.allocUnsafe(extent.length);
        for (let done = 0; done < extent.length;) {
          const { bytesRead } = await handle.read(
            bytes,
            done,
            extent.length - done,
            extent.offset + done
          );
          if (bytesRead === 0) {
            throw new Error(`pack ${extent.packId} ends before ${extent.offset + extent.length}`);
          }
          done += bytesRead;
        }
        return bytes;
      } finally {
        await handle.close();
      }
    });
  }

  /** Opens the pack of a content; between look-up and opening it may have been compacted away, once. */
  async #opened<T>(
    key: number,
    use: (handle: FileHandle, extent: Extent) => T | Promise<T>
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const extent = this.#statements.getContent.get(key);
      if (!extent) {
        throw new Error(`content ${key} is not stored`);
      }
      let handle: FileHandle;
      try {
        handle = await open(packPath(this.directory, extent.packId), 'r');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' && attempt < 3) {
          continue;
        }
        throw error;
      }
      return use(handle, extent);
    }
  }
}
