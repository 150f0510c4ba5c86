import type { Access } from '../../access/access.ts';
import type { Caller } from '../../access/caller.ts';
import { ProblemError } from '../../http/problem.ts';
import type { DatasetMounts } from '../../library/mounting.ts';
import type { SetService } from '../../sets/service.ts';
import type { MountKind, RunMount } from './table.ts';

/** The fields of a definition that hold ids of versions. */
export const MOUNT_FIELDS = {
  dataset: 'datasetVersionIds',
  algorithm: 'algorithmVersionIds',
  model: 'modelVersionIds'
} as const satisfies Record<MountKind, string>;

export type MountIds = Readonly<Record<MountKind, readonly string[]>>;
export type Mounts = Readonly<Record<MountKind, readonly RunMount[]>>;

/** Finds what definitions point at. */
export class References {
  readonly #datasets: () => DatasetMounts;
  readonly #algorithms: () => SetService;
  readonly #models: () => SetService;
  readonly #access: Access;

  constructor(options: {
    datasets: () => DatasetMounts;
    algorithms: () => SetService;
    models: () => SetService;
    access: Access;
  }) {
    this.#datasets = options.datasets;
    this.#algorithms = options.algorithms;
    this.#models = options.models;
    this.#access = options.access;
  }

  /** A version as it is called now, with the project it belongs to; nothing where it is gone. */
  find(kind: MountKind, versionId: string): (RunMount & { projectId: string | null }) | undefined {
    if (kind === 'dataset') {
      const found = this.#datasets().find(versionId);
      return (
        found && {
          versionId,
          setId: found.datasetId,
          name: found.name,
          number: found.number,
          public: found.projectId === null,
          projectId: found.projectId
        }
      );
    }
    const { sets } = kind === 'algorithm' ? this.#algorithms() : this.#models();
    const found = sets.findVersion(versionId);
    return (
      found && {
        versionId,
        setId: found.set.id,
        name: found.set.name,
        number: found.version.number,
        public: found.set.projectId === null,
        projectId: found.set.projectId
      }
    );
  }

  /** The versions that are still there, in the order they were chosen. */
  present(kind: MountKind, versionIds: readonly string[]): RunMount[] {
    return versionIds.flatMap(id => {
      const found = this.find(kind, id);
      return found ? [strip(found)] : [];
    });
  }

  /**
   * All versions that a definition names. Those of another project do not exist for it.
   *
   * @param caller who chooses them; null when a definition that was checked before is run
   * @throws ProblemError `not-found`, `set-twice`, naming the field
   */
  require(projectId: string, ids: MountIds, caller: Caller | null): Mounts {
    const all = (kind: MountKind) => {
      const seen = new Set<string>();
      return ids[kind].map((id, place) => {
        const field = `body.${MOUNT_FIELDS[kind]}.${place}`;
        const found = this.find(kind, id);
        const foreign =
          found !== undefined &&
          found.projectId !== null &&
          (found.projectId !== projectId ||
            (caller !== null && !this.#access.mayKnow(caller, found.projectId)));
        if (!found || foreign) {
          throw new ProblemError('not-found', { kind: `${kind}-version` }, field);
        }
        if (seen.has(found.setId)) {
          throw new ProblemError('set-twice', { name: found.name }, field);
        }
        seen.add(found.setId);
        return strip(found);
      });
    };
    return { dataset: all('dataset'), algorithm: all('algorithm'), model: all('model') };
  }

  /**
   * The model set that results are saved to: one of the project's own.
   *
   * @throws ProblemError `not-found`
   */
  requireModelSet(projectId: string, setId: string, field: string): { id: string; name: string } {
    const set = this.#models().sets.find(setId);
    if (!set || set.projectId !== projectId) {
      throw new ProblemError('not-found', { kind: 'model' }, field);
    }
    return { id: set.id, name: set.name };
  }

  /** The name of a model set; null where it is gone. */
  modelSetName(setId: string | null): string | null {
    return setId === null ? null : (this.#models().sets.find(setId)?.name ?? null);
  }
}

function strip({ versionId, setId, name, number, public: everyones }: RunMount): RunMount {
  return { versionId, setId, name, number, public: everyones };
}
