import { and, eq, gt, inArray, isNull, lt, sum } from 'drizzle-orm';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_ARCHIVE_BYTES } from '@topsdl/contract';
import type { Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { ProblemError } from '../../http/problem.ts';
import type { ProjectDirectory } from '../projects/directory.ts';
import type { UploadClaims } from './index.ts';
import { spool } from './spool.ts';
import { uploads, type UploadRow } from './table.ts';

/** How long an upload waits for its next part or for someone to use it. */
export const UPLOAD_LIFETIME = 24 * 3600 * 1000;

type RequireStorage = ProjectDirectory['requireStorage'];

/** Files on their way in: created with their size, appended part by part, then claimed by a task. */
export class Uploads implements UploadClaims {
  readonly #db: Database;
  readonly #directory: string;
  readonly #requireStorage: RequireStorage;
  readonly #now: () => number;
  /** The part that is being written, by upload: a new one waits until the old has ended. */
  readonly #writing = new Map<
    string,
    { readonly stop: () => void; readonly ended: Promise<void> }
  >();

  constructor(
    db: Database,
    directory: string,
    requireStorage: RequireStorage,
    now: () => number = Date.now
  ) {
    this.#db = db;
    this.#directory = directory;
    this.#requireStorage = requireStorage;
    this.#now = now;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  path(uploadId: string): string {
    return join(this.#directory, uploadId);
  }

  create(upload: {
    projectId: string;
    fileName: string;
    size: number;
    userId: string | null;
  }): UploadRow {
    if (upload.size > MAX_ARCHIVE_BYTES) {
      throw new ProblemError('archive-too-large', { name: upload.fileName }, 'body.size');
    }
    this.#requireStorage(upload.projectId, upload.size, 'body.size');
    const now = this.#now();
    const row: UploadRow = {
      id: newId(now),
      projectId: upload.projectId,
      fileName: upload.fileName.normalize('NFC'),
      size: upload.size,
      offset: 0,
      claimedBy: null,
      expiresAt: now + UPLOAD_LIFETIME,
      createdAt: now,
      createdBy: upload.userId
    };
    if (row.size === 0) {
      // No part will ever come, and who claims it wants to find a file.
      writeFileSync(this.path(row.id), '', { mode: 0o600 });
    }
    this.#db.write(tx => tx.insert(uploads).values(row).run());
    return row;
  }

  /** Of all files that are on their way into a project, as announced. */
  bytes(projectId: string): number {
    const [found] = this.#db.orm
      .select({ bytes: sum(uploads.size) })
      .from(uploads)
      .where(eq(uploads.projectId, projectId))
      .all();
    return Number(found?.bytes ?? 0);
  }

  find(uploadId: string): UploadRow | undefined {
    return this.#db.orm.select().from(uploads).where(eq(uploads.id, uploadId)).get();
  }

  get(uploadId: string): UploadRow {
    const row = this.find(uploadId);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'upload' });
    }
    return row;
  }

  /**
   * Appends a body at `offset`, which has to be what the server has. Whatever arrived before a broken
   * connection is durable and counted.
   *
   * @throws ProblemError `upload-offset` with the server's offset; `archive-too-large` and `too-large`
   * for more bytes than were announced; `wrong-state` once a task uses it
   */
  async append(
    uploadId: string,
    offset: number,
    body: AsyncIterable<Uint8Array>,
    stop: () => void
  ): Promise<UploadRow> {
    // A connection that hangs must not keep its owner from going on over a new one.
    for (let earlier; (earlier = this.#writing.get(uploadId));) {
      earlier.stop();
      await earlier.ended;
    }
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#writing.set(uploadId, { stop, ended });
    try {
      return await this.#append(this.get(uploadId), offset, body);
    } finally {
      this.#writing.delete(uploadId);
      end();
    }
  }

  async #append(
    row: UploadRow,
    offset: number,
    body: AsyncIterable<Uint8Array>
  ): Promise<UploadRow> {
    if (row.claimedBy !== null) {
      throw new ProblemError('wrong-state', { state: 'importing' });
    }
    if (offset !== row.offset) {
      throw new ProblemError('upload-offset', { offset: row.offset }, 'headers.Upload-Offset');
    }
    await this.#requireSpace(row.size - row.offset);
    const result = await spool(this.path(row.id), offset, row.size - offset, body);
    if (result.outcome === 'too-long') {
      throw row.size >= MAX_ARCHIVE_BYTES
        ? new ProblemError('archive-too-large', { name: row.fileName })
        : new ProblemError('too-large', { limit: row.size });
    }
    const change = { offset: offset + result.written, expiresAt: this.#now() + UPLOAD_LIFETIME };
    this.#db.write(tx => tx.update(uploads).set(change).where(eq(uploads.id, row.id)).run());
    if (result.outcome === 'broken') {
      throw result.error;
    }
    return { ...row, ...change };
  }

  /** Says early what would only fail after gigabytes. */
  async #requireSpace(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#directory);
    if (bavail * bsize < bytes) {
      throw new ProblemError('disk-full');
    }
  }

  async remove(uploadId: string): Promise<void> {
    const row = this.get(uploadId);
    if (row.claimedBy !== null) {
      throw new ProblemError('wrong-state', { state: 'importing' });
    }
    this.#db.write(tx => tx.delete(uploads).where(eq(uploads.id, uploadId)).run());
    this.#writing.get(uploadId)?.stop();
    await this.#writing.get(uploadId)?.ended;
    await rm(this.path(uploadId), { force: true });
  }

  check(
    uploadIds: readonly string[],
    projectId: string | null,
    fieldOf = (index: number) => `body.uploadIds.${index}`
  ): UploadRow[] {
    return uploadIds.map((id, index) => {
      const field = fieldOf(index);
      const row = this.find(id);
      if (!row || (projectId !== null && row.projectId !== projectId)) {
        throw new ProblemError('not-found', { kind: 'upload' }, field);
      }
      if (row.offset !== row.size) {
        throw new ProblemError('upload-incomplete', { name: row.fileName }, field);
      }
      if (row.claimedBy !== null) {
        throw new ProblemError('wrong-state', { state: 'importing' }, field);
      }
      return row;
    });
  }

  claim(
    uploadIds: readonly string[],
    projectId: string | null,
    by: string,
    fieldOf?: (index: number) => string
  ): UploadRow[] {
    const rows = this.check(uploadIds, projectId, fieldOf);
    for (const { id } of rows) {
      this.#db.orm.update(uploads).set({ claimedBy: by }).where(eq(uploads.id, id)).run();
    }
    return rows;
  }

  release(by: string): void {
    this.#db.orm
      .update(uploads)
      .set({ claimedBy: null, expiresAt: this.#now() + UPLOAD_LIFETIME })
      .where(eq(uploads.claimedBy, by))
      .run();
  }

  consume(by: string): void {
    this.#db.write(tx => {
      const used = tx.delete(uploads).where(eq(uploads.claimedBy, by)).returning().all();
      tx.afterCommit(() => {
        for (const { id } of used) {
          rmSync(this.path(id), { force: true });
        }
      });
    });
  }

  /** Removes what has expired, what has lost its bytes, and files that no row knows. */
  async sweep(): Promise<void> {
    this.#db.write(tx =>
      tx
        .delete(uploads)
        .where(and(isNull(uploads.claimedBy), lt(uploads.expiresAt, this.#now())))
        .run()
    );
    this.#forgetLost();
    const files = readdirSync(this.#directory);
    for (let start = 0; start < files.length; start += 500) {
      const some = files.slice(start, start + 500);
      const known = new Set(
        this.#db.orm
          .select({ id: uploads.id })
          .from(uploads)
          .where(inArray(uploads.id, some))
          .all()
          .map(row => row.id)
      );
      for (const name of some.filter(file => !known.has(file))) {
        await rm(join(this.#directory, name), { force: true });
      }
    }
  }

  /** A restored backup has no uploads: who was sending one begins anew. */
  #forgetLost(): void {
    const free = and(isNull(uploads.claimedBy), gt(uploads.offset, 0));
    const rows = this.#db.orm.select().from(uploads).where(free).all();
    const lost = rows.filter(({ id, offset }) => {
      const file = statSync(this.path(id), { throwIfNoEntry: false });
      return (file?.size ?? 0) < offset;
    });
    for (const { id } of lost) {
      this.#db.write(tx => tx.delete(uploads).where(eq(uploads.id, id)).run());
    }
  }
}
