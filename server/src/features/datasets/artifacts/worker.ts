import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from '../../../db/open.ts';
import { isDiskFull } from '../../../http/problem.ts';
import { ExtentReader } from '../../../packs/reader.ts';
import { writeExport } from './export.ts';
import { writeFiles } from './files.ts';
import type { ArtifactJob, ArtifactResult, FromArtifactWorker } from './messages.ts';
import { readVersion, type VersionSnapshot } from './read-version.ts';
import { makeTrainingData } from './training-files.ts';

const PROGRESS_EVERY = 100;

/** What the makers of artifacts work with. */
export interface Workbench {
  readonly version: VersionSnapshot;
  readonly reader: ExtentReader;
  progress(step: 'exporting' | 'splitting' | 'writing', done: number, total: number): void;
}

const port = parentPort!;

function tell(message: FromArtifactWorker): void {
  port.postMessage(message);
}

async function make(job: ArtifactJob): Promise<ArtifactResult | undefined> {
  const db = openReader(job.databasePath);
  const version = readVersion(db, job.versionKey);
  db.close();
  if (job.revision !== null && job.revision !== version.revision) {
    tell({ kind: 'problem', code: 'changed-since', params: {} });
    return undefined;
  }
  const reader = new ExtentReader(job.packsDirectory);
  let told = 0;
  const bench: Workbench = {
    version,
    reader,
    progress(step, done, total) {
      const now = performance.now();
      if (now - told >= PROGRESS_EVERY || done === total) {
        told = now;
        tell({ kind: 'progress', step, done, total });
      }
    }
  };
  const { work } = job;
  const made =
    work.kind === 'export'
      ? await writeExport(bench, work)
      : work.kind === 'training-data'
        ? await makeTrainingData(bench, work.target, work.split)
        : await writeFiles(bench, work);
  reader.close();
  return { train: 0, test: 0, files: [], ...made, revision: version.revision };
}

make(workerData as ArtifactJob)
  .then(result => {
    if (result) {
      tell({ kind: 'made', result });
    }
  })
  .catch((error: unknown) => {
    if (!isDiskFull(error)) {
      throw error;
    }
    tell({ kind: 'problem', code: 'disk-full', params: {} });
  })
  .finally(() => port.unref());
