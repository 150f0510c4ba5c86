import type { FileEntry, FileSet, SetVersion, UserRef } from '@topsdl/contract';
import type { SetSummary } from './sets.ts';
import type { SetVersionRow } from './table.ts';
import type { TreeEntry } from './tree.ts';

type UserRefOf = (userId: string | null) => UserRef | null;

export function presentVersion(row: SetVersionRow, userRef: UserRefOf): SetVersion {
  return {
    id: row.id,
    setId: row.setId,
    number: row.number,
    origin: row.origin,
    sealed: row.sealed,
    fileCount: row.fileCount,
    bytes: row.bytes,
    createdAt: new Date(row.createdAt).toISOString(),
    createdBy: userRef(row.createdBy)
  };
}

export function presentSet(
  { set, versionCount, versions }: SetSummary,
  userRef: UserRefOf
): FileSet {
  return {
    id: set.id,
    projectId: set.projectId,
    public: set.projectId === null,
    name: set.name,
    scenario: set.scenario,
    details: set.details,
    versionCount,
    versions: versions.map(version => presentVersion(version, userRef)),
    createdAt: new Date(set.createdAt).toISOString(),
    createdBy: userRef(set.createdBy)
  };
}

export function presentEntry({ name, path, kind, bytes, modifiedAt }: TreeEntry): FileEntry {
  return { name, path, kind, bytes, modifiedAt: modifiedAt.toISOString() };
}
