import type { VersionFile } from '@topsdl/contract';
import type { Transaction } from '../db/database.ts';
import type { UploadClaims } from '../features/uploads/index.ts';
import { ProblemError } from '../http/problem.ts';
import { TreeError, type Extent, type Tree } from './tree.ts';

/** Uploads that become files of a new version. */
export class Assembly {
  readonly #files: readonly VersionFile[];
  readonly #projectId: string | null;
  readonly #uploads: UploadClaims;

  /**
   * @param projectId whose uploads may be taken; null takes those of any project, for a public set
   * @throws ProblemError an upload is missing, not whole or in use, or two are to be one file
   */
  constructor(files: readonly VersionFile[], projectId: string | null, uploads: UploadClaims) {
    this.#files = files;
    this.#projectId = projectId;
    this.#uploads = uploads;
    const paths = new Set<string>();
    files.forEach(({ path }, index) => {
      if (paths.has(path)) {
        throw new ProblemError('file-exists', { path }, fieldOf(index, 'path'));
      }
      paths.add(path);
    });
    uploads.check(this.#ids, projectId, index => fieldOf(index, 'uploadId'));
  }

  get #ids(): string[] {
    return this.#files.map(({ uploadId }) => uploadId);
  }

  /** Puts the files into a version's directory, where nobody sees them yet; they share their bytes with the uploads. */
  async fill(tree: Tree, before: Extent): Promise<Extent> {
    let { files, bytes } = before;
    for (const [index, { path, uploadId }] of this.#files.entries()) {
      const received = await tree.adopt(this.#uploads.path(uploadId));
      try {
        const { entry, replaced } = await tree.place(received, path);
        files += replaced === null ? 1 : 0;
        bytes += entry.bytes - (replaced ?? 0);
      } catch (error) {
        throw error instanceof TreeError
          ? new ProblemError(error.code, { path }, fieldOf(index, 'path'))
          : error;
      } finally {
        await received.discard();
      }
    }
    return { files, bytes };
  }

  /** Uses the uploads up, in the transaction that makes the version's row. */
  consume(_tx: Transaction, versionId: string): void {
    const field = (index: number) => fieldOf(index, 'uploadId');
    this.#uploads.claim(this.#ids, this.#projectId, versionId, field);
    this.#uploads.consume(versionId);
  }
}

const fieldOf = (index: number, part: keyof VersionFile) => `body.files.${index}.${part}`;
