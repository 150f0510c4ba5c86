import { ServiceToken } from '../services.ts';

/** A dataset version that a job can mount. */
export interface MountableDataset {
  readonly versionId: string;
  readonly datasetId: string;
  readonly name: string;
  readonly number: number;
  /** Null for a public one. */
  readonly projectId: string | null;
}

/** Dataset versions as directories of files, for jobs. */
export interface DatasetMounts {
  find(versionId: string): MountableDataset | undefined;
  /**
   * Makes a directory with the version's files, once for all who want it, and keeps it for the holder.
   * Asking again for the same holder gives the same directory.
   *
   * @param holder who mounts it, such as a run's id
   * @returns its absolute path; nobody may write into it
   * @throws ProblemError when it could not be made
   */
  materialize(versionId: string, holder: string, signal: AbortSignal): Promise<string>;
  /** Lets go of everything that is kept for the holder. Does nothing the second time. */
  release(holder: string): void;
}

export const datasetMounts = new ServiceToken<DatasetMounts>('dataset mounts');
