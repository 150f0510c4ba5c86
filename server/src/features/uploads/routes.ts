import { operations, type Upload } from '@topsdl/contract';
import { ProblemError } from '../../http/problem.ts';
import type { ApiRouter } from '../../http/router.ts';
import type { Uploads } from './service.ts';
import type { UploadRow } from './table.ts';

const { uploads: contract } = operations;

export function registerUploadRoutes(api: ApiRouter, service: Uploads): void {
  api.implement(contract.create, ({ params, body, caller }) =>
    presentUpload(
      service.create({
        projectId: params.projectId,
        fileName: body.fileName,
        size: body.size,
        userId: caller.userId
      })
    )
  );
  api.implement(contract.get, ({ params }) => presentUpload(service.get(params.uploadId)));
  api.implement(contract.append, async ({ params, req }) => {
    const offset = readOffset(req.headers['upload-offset']);
    return presentUpload(
      await service.append(params.uploadId, offset, req, () => {
        req.destroy();
      })
    );
  });
  api.implement(contract.delete, ({ params }) => service.remove(params.uploadId));
}

function readOffset(header: string | string[] | undefined): number {
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) {
    throw new ProblemError('invalid', {}, undefined, {
      fields: [
        { field: 'headers.Upload-Offset', code: 'rule.type', params: { expected: 'number' } }
      ]
    });
  }
  return Number(header);
}

function presentUpload(row: UploadRow): Upload {
  return {
    id: row.id,
    projectId: row.projectId,
    fileName: row.fileName,
    size: row.size,
    offset: row.offset,
    expiresAt: new Date(row.expiresAt).toISOString()
  };
}
