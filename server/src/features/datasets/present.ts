import {
  sentence,
  type Dataset,
  type DatasetVersion,
  type Language,
  type RefusedEntry
} from '@topsdl/contract';
import type { NameUser } from '../../library/present.ts';
import type { VersionRow } from '../../library/table.ts';
import type { DatasetSummary } from './service.ts';
import type { refusedEntries } from './table.ts';

const time = (milliseconds: number) => new Date(milliseconds).toISOString();

export function presentVersion(row: VersionRow, user: NameUser): DatasetVersion {
  const { total, unlabeled, labeled, cleaned } = row;
  return {
    id: row.id,
    datasetId: row.datasetId,
    number: row.number,
    baseVersionId: row.baseVersionId,
    status: statusOf(row),
    counts: { total, unlabeled, labeled, cleaned },
    bytes: row.bytes,
    revision: row.revision,
    createdAt: time(row.createdAt),
    updatedAt: time(row.updatedAt),
    createdBy: user(row.createdBy)
  };
}

function statusOf(row: VersionRow): DatasetVersion['status'] {
  if (row.importId !== null) {
    return 'importing';
  }
  if (row.total === 0) {
    return 'empty';
  }
  if (row.labeled === 0) {
    return 'unlabeled';
  }
  return row.unlabeled === 0 ? 'labeled' : 'labeling';
}

export function presentDataset(summary: DatasetSummary, user: NameUser): Dataset {
  const { dataset, versionCount, versions } = summary;
  return {
    id: dataset.id,
    projectId: dataset.projectId,
    public: dataset.projectId === null,
    name: dataset.name,
    dataType: 'image',
    annotationType: dataset.annotationType,
    versionCount,
    versions: versions.map(version => presentVersion(version, user)),
    createdAt: time(dataset.createdAt),
    createdBy: user(dataset.createdBy)
  };
}

export function presentRefused(
  row: typeof refusedEntries.$inferSelect,
  language: Language
): RefusedEntry {
  const { key, path, code, params } = row;
  return { id: String(key), path, code, params, reason: sentence(code, params, language) };
}
