import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  operations,
  type Export,
  type Language,
  type Task,
  type TrainingData
} from '@topsdl/contract';
import type { App } from '../../../app.ts';
import { disposition, sendDownload } from '../../../http/download.ts';
import { presentTask } from '../../../tasks/present.ts';
import type { TaskRow } from '../../../tasks/table.ts';
import type { Datasets } from '../service.ts';
import type { ExportRow } from '../table.ts';
import type { Exports } from './exports.ts';
import { DEFAULT_SPLIT } from './places.ts';
import { sampleArchive } from './sample.ts';
import { splitOf, type TrainingDataService } from './training-data.ts';
import { mapPage } from '../../../db/rows.ts';

const { datasets: contract } = operations;

const STATES = {
  queued: 'generating',
  running: 'generating',
  completed: 'generated',
  failed: 'failed',
  cancelled: 'cancelled'
} as const satisfies Record<Task['state'], Export['state']>;

/** Exports and training data, and their downloads. */
export function registerArtifactRoutes(
  app: App,
  parts: { datasets: Datasets; exports: Exports; trainingData: TrainingDataService }
): void {
  const { api, access } = app;
  const { datasets, exports, trainingData } = parts;
  const user = (id: string | null) => access.userRef(id);

  const presentExport = (row: ExportRow, language: Language): Export => {
    const task = exports.task(row);
    const version = datasets.findVersion(row.versionId);
    return {
      id: row.id,
      versionId: row.versionId,
      format: row.format,
      withData: row.withData,
      state: STATES[task.state],
      stale: row.revision !== null && row.revision !== version?.revision,
      bytes: row.bytes,
      fileName: row.fileName,
      task: presentTask(task, language, user),
      createdAt: new Date(row.createdAt).toISOString()
    };
  };

  api.implement(contract.startExport, ({ params, body, caller, language }) =>
    presentExport(
      exports.start({
        versionId: params.versionId,
        format: body.format,
        withData: body.withData,
        regenerate: body.regenerate ?? false,
        userId: caller.userId
      }),
      language
    )
  );
  api.implement(contract.listExports, ({ params, query, language }) => {
    const page = exports.list(params.versionId, query);
    return mapPage(page, row => presentExport(row, language));
  });
  api.implement(contract.exportContent, async ({ params, req, res, signal }) => {
    const { path, bytes, fileName } = exports.content(params.exportId);
    await sendDownload(
      req,
      res,
      {
        size: bytes,
        contentType: 'application/zip',
        fileName,
        etag: params.exportId,
        open: range => createReadStream(path, range)
      },
      signal
    );
  });

  const presentTrainingData = (versionId: string, language: Language): TrainingData => {
    const row = trainingData.find(versionId);
    const task: TaskRow | undefined = row && trainingData.task(row);
    const version = datasets.getVersion(versionId);
    return {
      versionId,
      state: task ? STATES[task.state] : 'none',
      stale: row != null && row.revision !== null && row.revision !== version.revision,
      ...(row ? splitOf(row) : DEFAULT_SPLIT),
      train: row?.train ?? 0,
      test: row?.test ?? 0,
      files: row?.files ?? [],
      task: task ? presentTask(task, language, user) : null
    };
  };

  api.implement(contract.startTrainingData, ({ params, body, caller, language }) => {
    trainingData.start(params.versionId, body, caller.userId);
    return presentTrainingData(params.versionId, language);
  });
  api.implement(contract.trainingData, ({ params, language }) =>
    presentTrainingData(params.versionId, language)
  );
  api.implement(contract.trainingDataContent, async ({ params, query, req, res, signal }) => {
    if (query.path !== undefined) {
      const file = trainingData.file(params.versionId, query.path);
      await sendDownload(
        req,
        res,
        {
          size: file.bytes,
          contentType: 'application/octet-stream',
          fileName: query.path.split('/').at(-1)!,
          open: range => createReadStream(file.path, range)
        },
        signal
      );
      return;
    }
    const chunks = trainingData.archive(params.versionId);
    const version = datasets.getVersion(params.versionId);
    const { name } = datasets.get(version.datasetId);
    res.setHeader('Content-Type', 'application/zip');
    res.setHeader(
      'Content-Disposition',
      disposition(`${name} v${version.number} training data.zip`)
    );
    await pipeline(Readable.from(chunks), res, { signal });
  });
  api.implement(contract.sampleArchive, async ({ query, req, res, signal }) => {
    const { bytes, fileName } = await sampleArchive(query.format ?? 'class-folders', query.zh);
    await sendDownload(
      req,
      res,
      {
        size: bytes.length,
        contentType: 'application/zip',
        fileName,
        open: ({ start, end }) => Readable.from([bytes.subarray(start, end + 1)])
      },
      signal
    );
  });
}
