import { z } from 'zod';
import { access, operation } from './operation.ts';
import { page, PageQuery, SharedPageQuery } from './page.ts';
import { Description, FilePath, Id, Name, Scenario, Time, UserRef } from './rules.ts';

/** Where a version's files came from. */
export const VersionOrigin = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('empty') }),
    z.object({ kind: z.literal('version'), versionId: Id }),
    z.object({ kind: z.literal('training-run'), runId: Id, name: z.string() })
  ])
  .meta({ id: 'VersionOrigin' });

/** A version of an algorithm set or a model set: a directory of files. */
export const SetVersion = z
  .object({
    id: Id,
    setId: Id,
    number: z.number().int(),
    origin: VersionOrigin,
    /** A sealed version's files never change. */
    sealed: z.boolean(),
    fileCount: z.number().int(),
    bytes: z.number().int(),
    createdAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'SetVersion' });
export type SetVersion = z.infer<typeof SetVersion>;

/** An algorithm set or a model set. */
export const FileSet = z
  .object({
    id: Id,
    projectId: Id.nullable(),
    public: z.boolean(),
    name: Name,
    scenario: Scenario,
    details: Description,
    versionCount: z.number().int(),
    /** The newest five, newest first. */
    versions: z.array(SetVersion),
    createdAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'FileSet' });
export type FileSet = z.infer<typeof FileSet>;

export const FileEntry = z
  .object({
    name: z.string(),
    path: z.string(),
    kind: z.enum(['file', 'directory']),
    bytes: z.number().int(),
    modifiedAt: Time
  })
  .meta({ id: 'FileEntry' });
export type FileEntry = z.infer<typeof FileEntry>;

/** An upload that becomes a file of a version. */
export const VersionFile = z
  .object({ path: FilePath, uploadId: Id })
  .strict()
  .meta({ id: 'VersionFile' });
export type VersionFile = z.infer<typeof VersionFile>;

/** Files that a new version can be made of at once. */
export const MAX_VERSION_FILES = 5000;

/** The largest single file of a version: 20 GiB. */
export const MAX_FILE_BYTES = 20 * 1024 ** 3;

/**
 * The operations of a kind of set; algorithm sets and model sets differ in their words only.
 *
 * @param feature the feature's word, first part of the operations' ids and of the paths
 * @param noun how the path of a version and the summaries call one of them
 */
export function setOperations<F extends 'algorithms' | 'models', N extends 'algorithm' | 'model'>(
  feature: F,
  noun: N
) {
  const SetParams = z.object({ setId: Id });
  const VersionParams = z.object({ versionId: Id });
  const read = access.read('platform', 'data', 'admin');
  const write = access.write('platform', 'admin');
  const versionPath = `/${noun}-versions/{versionId}`;
  return {
    list: operation({
      id: `${feature}.list`,
      method: 'GET',
      path: `/projects/{projectId}/${feature}`,
      summary: `The project's ${noun} sets and, where asked for, public ones.`,
      access: read,
      params: z.object({ projectId: Id }),
      query: SharedPageQuery.extend({ scenario: Scenario.optional() }),
      response: page(FileSet)
    }),
    create: operation({
      id: `${feature}.create`,
      method: 'POST',
      path: `/projects/{projectId}/${feature}`,
      summary: `Add a ${noun} set; a public one needs an administrator.`,
      access: write,
      params: z.object({ projectId: Id }),
      body: z
        .object({
          name: Name,
          scenario: Scenario,
          details: Description.optional(),
          public: z.boolean().optional()
        })
        .strict(),
      response: FileSet,
      status: 201
    }),
    get: operation({
      id: `${feature}.get`,
      method: 'GET',
      path: `/${feature}/{setId}`,
      summary: `One ${noun} set.`,
      access: read,
      params: SetParams,
      response: FileSet
    }),
    update: operation({
      id: `${feature}.update`,
      method: 'PATCH',
      path: `/${feature}/{setId}`,
      summary: `Edit the details of a ${noun} set.`,
      access: write,
      params: SetParams,
      body: z.object({ details: Description }).strict(),
      response: FileSet
    }),
    delete: operation({
      id: `${feature}.delete`,
      method: 'DELETE',
      path: `/${feature}/{setId}`,
      summary: `Delete a ${noun} set that has no versions; its creator or an administrator may.`,
      access: write,
      params: SetParams
    }),
    listVersions: operation({
      id: `${feature}.listVersions`,
      method: 'GET',
      path: `/${feature}/{setId}/versions`,
      summary: 'All versions, newest first.',
      access: read,
      params: SetParams,
      query: PageQuery.pick({ cursor: true, limit: true }),
      response: page(SetVersion)
    }),
    createVersion: operation({
      id: `${feature}.createVersion`,
      method: 'POST',
      path: `/${feature}/{setId}/versions`,
      summary:
        'Add a version: empty, or with the files of another that the caller can read; uploads come over them.',
      access: write,
      params: SetParams,
      body: z
        .object({
          fromVersionId: Id.nullable().optional(),
          files: z.array(VersionFile).max(MAX_VERSION_FILES).optional()
        })
        .strict(),
      response: SetVersion,
      status: 201
    }),
    getVersion: operation({
      id: `${feature}.getVersion`,
      method: 'GET',
      path: versionPath,
      summary: 'One version.',
      access: read,
      params: VersionParams,
      response: SetVersion
    }),
    deleteVersion: operation({
      id: `${feature}.deleteVersion`,
      method: 'DELETE',
      path: versionPath,
      summary: 'Delete a version that nothing uses.',
      access: write,
      params: VersionParams
    }),
    listFiles: operation({
      id: `${feature}.listFiles`,
      method: 'GET',
      path: `${versionPath}/files`,
      summary: 'The entries of one directory, or with `recursive` of all below it.',
      access: read,
      params: VersionParams,
      query: z.object({
        path: z.union([z.literal(''), FilePath]).optional(),
        recursive: z.enum(['true', 'false']).optional()
      }),
      response: z.object({ items: z.array(FileEntry) })
    }),
    readFile: operation({
      id: `${feature}.readFile`,
      method: 'GET',
      path: `${versionPath}/files/content`,
      summary: "A file's bytes; ranges are honoured.",
      access: read,
      params: VersionParams,
      query: z.object({ path: FilePath }),
      rawResponse: { contentType: 'application/octet-stream', description: 'the file' }
    }),
    writeFile: operation({
      id: `${feature}.writeFile`,
      method: 'PUT',
      path: `${versionPath}/files/content`,
      summary: 'Write a file; directories above it are made.',
      access: write,
      params: VersionParams,
      query: z.object({ path: FilePath }),
      rawBody: { contentType: 'application/octet-stream', description: 'the whole file' },
      response: FileEntry
    }),
    placeUpload: operation({
      id: `${feature}.placeUpload`,
      method: 'POST',
      path: `${versionPath}/files/uploads`,
      summary: 'Make an upload a file, as for one too large for a single request.',
      access: write,
      params: VersionParams,
      body: VersionFile,
      response: FileEntry
    }),
    createDirectory: operation({
      id: `${feature}.createDirectory`,
      method: 'POST',
      path: `${versionPath}/files/directories`,
      summary: 'Make a directory.',
      access: write,
      params: VersionParams,
      body: z.object({ path: FilePath }).strict(),
      response: FileEntry,
      status: 201
    }),
    moveFile: operation({
      id: `${feature}.moveFile`,
      method: 'POST',
      path: `${versionPath}/files/move`,
      summary: 'Rename or move a file or directory.',
      access: write,
      params: VersionParams,
      body: z.object({ from: FilePath, to: FilePath }).strict(),
      response: FileEntry
    }),
    deleteFile: operation({
      id: `${feature}.deleteFile`,
      method: 'DELETE',
      path: `${versionPath}/files`,
      summary: 'Delete a file, or a directory with all in it.',
      access: write,
      params: VersionParams,
      query: z.object({ path: FilePath })
    }),
    archive: operation({
      id: `${feature}.archive`,
      method: 'GET',
      path: `${versionPath}/archive`,
      summary: 'Download a directory as a zip archive.',
      access: read,
      params: VersionParams,
      query: z.object({ path: z.union([z.literal(''), FilePath]).optional() }),
      rawResponse: { contentType: 'application/zip', description: 'zip archive' }
    })
  };
}
