import { operations, type Import, type Language } from '@topsdl/contract';
import type { App } from '../../../app.ts';
import { presentTask } from '../../../tasks/present.ts';
import { presentRefused } from '../present.ts';
import type { ImportRow } from '../table.ts';
import type { Imports } from './imports.ts';
import { mapPage } from '../../../db/rows.ts';

const { datasets: contract } = operations;

/** Imports and their reports. */
export function registerImportRoutes({ api, access }: App, imports: Imports): void {
  const present = (row: ImportRow, language: Language): Import => ({
    id: row.id,
    versionId: row.versionId,
    task: presentTask(imports.task(row), language, id => access.userRef(id)),
    dryRun: row.dryRun,
    fileNames: row.fileNames,
    format: row.format,
    counts: row.counts,
    labels: row.labels,
    createdAt: new Date(row.createdAt).toISOString(),
    createdBy: access.userRef(row.createdBy)
  });

  api.implement(contract.startImport, ({ params, body, caller, language }) =>
    present(
      imports.start({
        versionId: params.versionId,
        uploadIds: body.uploadIds,
        dryRun: body.dryRun ?? false,
        format: body.format ?? 'auto',
        userId: caller.userId
      }),
      language
    )
  );
  api.implement(contract.listImports, ({ params, query, language }) => {
    const page = imports.list(params.versionId, query);
    return mapPage(page, row => present(row, language));
  });
  api.implement(contract.getImport, ({ params, language }) =>
    present(imports.get(params.importId), language)
  );
  api.implement(contract.importReport, ({ params, query, language }) => {
    const page = imports.refused(params.importId, query);
    return mapPage(page, row => presentRefused(row, language));
  });
}
