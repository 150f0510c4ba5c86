import { z } from 'zod';
import { access, operation } from './operation.ts';
import { Id, text, Time } from './rules.ts';

/** The largest archive that is taken: 5 GiB. */
export const MAX_ARCHIVE_BYTES = 5 * 1024 ** 3;

/** A file on its way in, sent in parts; it can be resumed from `offset`. */
export const Upload = z
  .object({
    id: Id,
    projectId: Id,
    fileName: z.string(),
    size: z.number().int(),
    offset: z.number().int(),
    expiresAt: Time
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof Upload>;

const UploadParams = z.object({ uploadId: Id });

export const uploads = {
  create: operation({
    id: 'uploads.create',
    method: 'POST',
    path: '/projects/{projectId}/uploads',
    summary: 'Begin a resumable upload; more than 5 GiB is refused here.',
    access: access.write('data', 'platform', 'admin'),
    params: z.object({ projectId: Id }),
    body: z
      .object({
        fileName: text(1, 255),
        size: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
      })
      .strict(),
    response: Upload,
    status: 201
  }),
  get: operation({
    id: 'uploads.get',
    method: 'GET',
    path: '/uploads/{uploadId}',
    summary: 'How far an upload has come.',
    access: access.read('data', 'platform', 'admin'),
    params: UploadParams,
    response: Upload
  }),
  append: operation({
    id: 'uploads.append',
    method: 'PATCH',
    path: '/uploads/{uploadId}',
    summary: 'Append bytes at `Upload-Offset`, which must be what the server has.',
    access: access.write('data', 'platform', 'admin'),
    params: UploadParams,
    rawBody: { contentType: 'application/octet-stream', description: 'the next bytes' },
    headers: {
      'Upload-Offset': {
        description: 'where these bytes belong',
        schema: z.number().int().min(0).max(MAX_ARCHIVE_BYTES)
      }
    },
    response: Upload
  }),
  delete: operation({
    id: 'uploads.delete',
    method: 'DELETE',
    path: '/uploads/{uploadId}',
    summary: 'Give an upload up.',
    access: access.write('data', 'platform', 'admin'),
    params: UploadParams
  })
};
