import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { MAX_FILE_BYTES, type SetVersion } from '@topsdl/contract';
import type { Database, Transaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { ProblemError } from '../http/problem.ts';
import type { Assembly } from './assemble.ts';
import { copyTree, type Copied } from './copy.ts';
import { Locks } from './locks.ts';
import type { Sets } from './sets.ts';
import { setVersions, type SetVersionRow } from './table.ts';
import { Tree, TreeError, type Extent } from './tree.ts';

/** What a change did to the number of files and their bytes. */
export interface Change<T> extends Extent {
  readonly result: T;
}

/** A new version as it is asked for. */
export interface NewVersion {
  readonly setId: string;
  readonly origin: SetVersion['origin'];
  readonly sealed: boolean;
  readonly userId: string | null;
}

/** Where versions wait until they are whole, below the directory of them all. */
const SCRATCH = '.scratch';

/** The directories of versions, of every kind of set: `<directory>/<version id>`. */
export class Contents {
  readonly #db: Database;
  readonly #directory: string;
  readonly #scratch: string;
  readonly #locks = new Locks();

  constructor(db: Database, directory: string) {
    this.#db = db;
    this.#directory = directory;
    this.#scratch = join(directory, SCRATCH);
  }

  /** Makes the directories, and clears away what a crash left. */
  async start(): Promise<void> {
    await fs.rm(this.#scratch, { recursive: true, force: true });
    await fs.mkdir(this.#scratch, { recursive: true, mode: 0o700 });
    const known = new Set(
      this.#db.orm
        .select({ id: setVersions.id })
        .from(setVersions)
        .all()
        .map(({ id }) => id)
    );
    for (const name of await fs.readdir(this.#directory)) {
      if (name !== SCRATCH && !known.has(name)) {
        await fs.rm(join(this.#directory, name), { recursive: true, force: true });
      }
    }
    const stale = this.#db.orm.select().from(setVersions).where(eq(setVersions.stale, true)).all();
    for (const { id } of stale) {
      const { files, bytes } = await this.tree(id).measure();
      this.#db.write(tx => count(tx, id, files, bytes));
    }
  }

  tree(versionId: string): Tree {
    return new Tree(this.path(versionId), this.#scratch);
  }

  /** Where a version's files are on this machine. */
  path(versionId: string): string {
    return join(this.#directory, versionId);
  }

  /**
   * Changes a version's files, one change at a time, and keeps its counts.
   *
   * @param alongside runs in the transaction that tells of the change
   * @throws ProblemError `version-sealed`, or what the change met
   */
  async change<T>(
    sets: Sets,
    versionId: string,
    userId: string,
    work: (tree: Tree) => Promise<Change<T>>,
    alongside?: (tx: Transaction) => void
  ): Promise<T> {
    return this.#locks.hold(versionId, async () => {
      this.requireOpen(sets, versionId);
      this.#db.write(tx => mark(tx, versionId));
      try {
        const change = await work(this.tree(versionId));
        this.#db.write(tx => {
          const { version, set } = sets.getVersion(versionId, tx);
          const after = count(
            tx,
            versionId,
            version.fileCount + change.files,
            version.bytes + change.bytes
          );
          sets.emitVersion(tx, 'updated', after, set, userId);
          alongside?.(tx);
        });
        return change.result;
      } catch (error) {
        const { files, bytes } = await this.tree(versionId).measure();
        this.#db.write(tx => count(tx, versionId, files, bytes));
        throw problemOf(error);
      }
    });
  }

  /** @throws ProblemError `version-sealed` */
  requireOpen(sets: Sets, versionId: string): void {
    const { version } = sets.getVersion(versionId);
    if (version.sealed) {
      throw new ProblemError('version-sealed', { number: version.number });
    }
  }

  /** Adds an empty version, or one with the files of another, which share their bytes on the disk, and puts uploads over them. */
  async create(sets: Sets, version: NewVersion, assembly: Assembly): Promise<SetVersionRow> {
    return this.#add(
      sets,
      version,
      async directory => {
        const copied = await this.#begin(version.origin, directory);
        const tree = new Tree(directory, this.#scratch);
        return { ...copied, ...(await assembly.fill(tree, copied)) };
      },
      (tx, { id }) => assembly.consume(tx, id)
    );
  }

  async #begin(origin: NewVersion['origin'], directory: string): Promise<Copied> {
    if (origin.kind !== 'version') {
      await fs.mkdir(directory, { mode: 0o755 });
      return { files: 0, bytes: 0, skipped: [] };
    }
    return this.#locks.hold(origin.versionId, () =>
      copyTree(this.tree(origin.versionId), directory, 'link')
    );
  }

  /**
   * Adds a version with files from outside, which are cloned: whoever wrote them may go on doing so.
   *
   * @param alongside runs in the transaction that makes the version's row; undone with it if it throws
   */
  async take(
    sets: Sets,
    version: NewVersion,
    source: Tree,
    alongside: (tx: Transaction, row: SetVersionRow, copied: Copied) => void
  ): Promise<SetVersionRow> {
    return this.#add(sets, version, directory => copyTree(source, directory, 'clone'), alongside);
  }

  /** Puts the files of a version, as they are now, into a directory that does not exist yet. */
  async snapshot(versionId: string, directory: string): Promise<void> {
    await this.#locks.hold(versionId, () => copyTree(this.tree(versionId), directory, 'link'));
  }

  /** Removes a version; `check` refuses in the same transaction by throwing. */
  async delete(
    sets: Sets,
    versionId: string,
    userId: string,
    check: (tx: Transaction) => void
  ): Promise<void> {
    await this.#locks.hold(versionId, async () => {
      this.#db.write(tx => {
        const { version, set } = sets.getVersion(versionId, tx);
        check(tx);
        tx.delete(setVersions).where(eq(setVersions.id, versionId)).run();
        sets.emitVersion(tx, 'deleted', version, set, userId);
      });
      const waste = join(this.#scratch, randomUUID());
      if (existsSync(this.path(versionId))) {
        await fs.rename(this.path(versionId), waste);
        await fs.rm(waste, { recursive: true, force: true });
      }
    });
  }

  async #add(
    sets: Sets,
    version: NewVersion,
    fill: (directory: string) => Promise<Copied>,
    alongside?: (tx: Transaction, row: SetVersionRow, copied: Copied) => void
  ): Promise<SetVersionRow> {
    const id = newId();
    const waiting = join(this.#scratch, id);
    try {
      const copied = await fill(waiting);
      // First the directory, then the row: a directory without a row is swept, the reverse is a loss.
      await fs.rename(waiting, this.path(id));
      return this.#db.write(tx => {
        const { setId, origin, sealed, userId } = version;
        const { files: fileCount, bytes } = copied;
        const values = { id, origin, sealed, fileCount, bytes, createdBy: userId };
        const row = sets.addVersion(tx, setId, values);
        alongside?.(tx, row, copied);
        return row;
      });
    } catch (error) {
      await fs.rm(waiting, { recursive: true, force: true });
      await fs.rm(this.path(id), { recursive: true, force: true });
      throw problemOf(error);
    }
  }
}

function mark(tx: Transaction, id: string): void {
  tx.update(setVersions).set({ stale: true }).where(eq(setVersions.id, id)).run();
}

function count(tx: Transaction, id: string, fileCount: number, bytes: number): SetVersionRow {
  return tx
    .update(setVersions)
    .set({ fileCount, bytes, stale: false })
    .where(eq(setVersions.id, id))
    .returning()
    .get();
}

/** What is wrong with a path, as the answer to a request; anything else as it is. */
export function problemOf(error: unknown): unknown {
  if (!(error instanceof TreeError)) {
    return error;
  }
  return error.code === 'too-large'
    ? new ProblemError('too-large', { limit: MAX_FILE_BYTES })
    : new ProblemError(error.code, { path: error.path });
}
