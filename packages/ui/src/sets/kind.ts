import type { LabIcon } from '@jupyterlab/ui-components';
import type { EventKind, FileEntry, FileSet, setOperations, SetVersion } from '@topsdl/contract';
import { pythonThing } from '../form/python.ts';
import type { Host } from '../host.tsx';
import type { Action } from '../list/rows.ts';

/** The operations of a kind of file set; those of all kinds are the same but for their paths. */
export type SetOperations = ReturnType<typeof setOperations>;

/** What a kind of file set is called and does; everything else is the same for all kinds. */
export interface SetKind {
  readonly operations: SetOperations;
  readonly icon: LabIcon;
  /** Kinds of events about a set and about a version of one. */
  readonly events: { readonly set: EventKind; readonly version: EventKind };
  /** Kinds of panels. */
  readonly panels: { readonly form: string; readonly set: string; readonly version: string };
  /** Whether a new set gets an empty version at once, for people to fill. */
  readonly firstVersion: boolean;
  readonly words: {
    readonly create: string;
    readonly purpose: string;
    /** Title of what makes a version of JupyterLab's files. */
    readonly save: string;
  };
  /** The Python function that gives a version. */
  readonly python: 'algorithm' | 'model';
  /** Opens a version in JupyterLab's file browser. */
  browse(set: { name: string; public: boolean }, version: SetVersion): unknown;
  /** Further actions on a file. */
  fileActions?(entry: FileEntry, address: string): readonly Action[];
}

/** Python for a version of a set, or for its newest. */
export function pythonOf(
  host: Host,
  { python }: SetKind,
  set: FileSet,
  version?: SetVersion
): string {
  const { public: isPublic } = set;
  return pythonThing(host, python, set.name, { version: version?.number, public: isPublic });
}
