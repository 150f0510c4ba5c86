import { ServiceToken } from '../../services.ts';
import type { UploadRow } from './table.ts';

/** What tasks do with files that were uploaded. */
export interface UploadClaims {
  /** Where an upload's bytes are. */
  path(uploadId: string): string;
  /** @throws ProblemError as `claim` would */
  check(
    uploadIds: readonly string[],
    projectId: string | null,
    field?: (index: number) => string
  ): UploadRow[];
  /**
   * Gives whole uploads of a project to a task, so that they neither expire nor change. Call it in the
   * transaction that makes the task. A public object takes uploads of any project.
   *
   * @param field where the request names an upload; `body.uploadIds.<index>` where left out
   * @throws ProblemError naming the field of the upload that is missing, not whole or in use
   */
  claim(
    uploadIds: readonly string[],
    projectId: string | null,
    by: string,
    field?: (index: number) => string
  ): UploadRow[];
  /** Gives claimed uploads back, to be used again. Call it inside a transaction. */
  release(by: string): void;
  /** Forgets claimed uploads that are used up, with their bytes. Call it inside a transaction. */
  consume(by: string): void;
}

export const uploadClaims = new ServiceToken<UploadClaims>('uploads');
