import { z } from 'zod';
import { Image, ImageState } from './images.ts';
import { Import, RefusedEntry } from './imports.ts';
import { access, operation } from './operation.ts';
import { Cursor, page, PageQuery, SharedPageQuery } from './page.ts';
import {
  AnnotationType,
  Id,
  Name,
  queryBoolean,
  queryInteger,
  text,
  Time,
  UserRef
} from './rules.ts';
import { Task } from './tasks.ts';

export const DatasetVersion = z
  .object({
    id: Id,
    datasetId: Id,
    number: z.number().int(),
    baseVersionId: Id.nullable(),
    status: z.enum(['empty', 'importing', 'unlabeled', 'labeling', 'labeled']),
    counts: z.object({
      total: z.number().int(),
      unlabeled: z.number().int(),
      labeled: z.number().int(),
      cleaned: z.number().int()
    }),
    bytes: z.number().int(),
    /** Grows with every change of its images or labels. */
    revision: z.number().int(),
    createdAt: Time,
    updatedAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'DatasetVersion' });
export type DatasetVersion = z.infer<typeof DatasetVersion>;

export const Dataset = z
  .object({
    id: Id,
    /** Null for a public one. */
    projectId: Id.nullable(),
    public: z.boolean(),
    name: Name,
    dataType: z.literal('image'),
    annotationType: AnnotationType,
    versionCount: z.number().int(),
    /** The newest five, newest first. */
    versions: z.array(DatasetVersion),
    createdAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'Dataset' });
export type Dataset = z.infer<typeof Dataset>;

export const Export = z
  .object({
    id: Id,
    versionId: Id,
    format: z.enum(['topsdl', 'class-folders']),
    withData: z.boolean(),
    state: z.enum(['generating', 'generated', 'failed', 'cancelled']),
    /** The version changed since. */
    stale: z.boolean(),
    bytes: z.number().int().nullable(),
    fileName: z.string(),
    task: Task,
    createdAt: Time
  })
  .meta({ id: 'Export' });
export type Export = z.infer<typeof Export>;

export const TrainingData = z
  .object({
    versionId: Id,
    state: z.enum(['none', 'generating', 'generated', 'failed', 'cancelled']),
    stale: z.boolean(),
    seed: z.number().int(),
    /** Share of the labeled images that goes to the test file. */
    testShare: z.number(),
    train: z.number().int(),
    test: z.number().int(),
    files: z.array(z.object({ path: z.string(), bytes: z.number().int() })),
    task: Task.nullable()
  })
  .meta({ id: 'TrainingData' });
export type TrainingData = z.infer<typeof TrainingData>;

const readers = ['data', 'platform', 'label', 'review', 'admin'] as const;
const DatasetParams = z.object({ datasetId: Id });
const VersionParams = z.object({ versionId: Id });
const ImageParams = z.object({ imageId: Id });

export const datasets = {
  list: operation({
    id: 'datasets.list',
    method: 'GET',
    path: '/projects/{projectId}/datasets',
    summary: 'Datasets of a project and, where asked for, public ones.',
    access: access.read('data', 'platform', 'admin'),
    params: z.object({ projectId: Id }),
    query: SharedPageQuery.extend({ annotationType: AnnotationType.optional() }),
    response: page(Dataset)
  }),
  create: operation({
    id: 'datasets.create',
    method: 'POST',
    path: '/projects/{projectId}/datasets',
    summary: 'Create a dataset; a public one needs an administrator.',
    access: access.write('data', 'admin'),
    params: z.object({ projectId: Id }),
    body: z
      .object({
        name: Name,
        dataType: z.literal('image'),
        annotationType: z.enum(['classification']),
        public: z.boolean().optional()
      })
      .strict(),
    response: Dataset,
    status: 201
  }),
  get: operation({
    id: 'datasets.get',
    method: 'GET',
    path: '/datasets/{datasetId}',
    summary: 'One dataset.',
    access: access.read(...readers),
    params: DatasetParams,
    response: Dataset
  }),
  update: operation({
    id: 'datasets.update',
    method: 'PATCH',
    path: '/datasets/{datasetId}',
    summary: 'Rename a dataset.',
    access: access.write('data', 'admin'),
    params: DatasetParams,
    body: z.object({ name: Name }).strict(),
    response: Dataset
  }),
  delete: operation({
    id: 'datasets.delete',
    method: 'DELETE',
    path: '/datasets/{datasetId}',
    summary: 'Delete a dataset that has no versions.',
    access: access.write('data', 'admin'),
    params: DatasetParams
  }),
  listVersions: operation({
    id: 'datasets.listVersions',
    method: 'GET',
    path: '/datasets/{datasetId}/versions',
    summary: 'All versions, newest first.',
    access: access.read(...readers),
    params: DatasetParams,
    query: PageQuery.pick({ cursor: true, limit: true }),
    response: page(DatasetVersion)
  }),
  createVersion: operation({
    id: 'datasets.createVersion',
    method: 'POST',
    path: '/datasets/{datasetId}/versions',
    summary: 'Add a version, empty or from an existing one without copying a byte.',
    access: access.write('data', 'admin'),
    params: DatasetParams,
    body: z.object({ baseVersionId: Id.nullable().optional() }).strict(),
    response: DatasetVersion,
    status: 201
  }),
  getVersion: operation({
    id: 'datasets.getVersion',
    method: 'GET',
    path: '/dataset-versions/{versionId}',
    summary: 'One version.',
    access: access.read(...readers),
    params: VersionParams,
    response: DatasetVersion
  }),
  deleteVersion: operation({
    id: 'datasets.deleteVersion',
    method: 'DELETE',
    path: '/dataset-versions/{versionId}',
    summary: 'Delete a version that nothing uses.',
    access: access.write('data', 'admin'),
    params: VersionParams
  }),
  startImport: operation({
    id: 'datasets.startImport',
    method: 'POST',
    path: '/dataset-versions/{versionId}/imports',
    summary: 'Import uploaded archives or images; `dryRun` reports without taking anything.',
    access: access.write('data', 'admin'),
    params: VersionParams,
    body: z
      .object({
        uploadIds: z.array(Id).min(1).max(1000),
        dryRun: z.boolean().optional(),
        format: z.enum(['auto', 'class-folders', 'images']).optional()
      })
      .strict(),
    response: Import,
    status: 202
  }),
  listImports: operation({
    id: 'datasets.listImports',
    method: 'GET',
    path: '/dataset-versions/{versionId}/imports',
    summary: 'Imports into a version, newest first.',
    access: access.read('data', 'platform', 'admin'),
    params: VersionParams,
    query: PageQuery.pick({ cursor: true, limit: true }),
    response: page(Import)
  }),
  getImport: operation({
    id: 'datasets.getImport',
    method: 'GET',
    path: '/imports/{importId}',
    summary: 'One import with its figures.',
    access: access.read('data', 'platform', 'admin'),
    params: z.object({ importId: Id }),
    response: Import
  }),
  importReport: operation({
    id: 'datasets.importReport',
    method: 'GET',
    path: '/imports/{importId}/refused',
    summary: 'The entries that were not taken, one by one, with the reason.',
    access: access.read('data', 'platform', 'admin'),
    params: z.object({ importId: Id }),
    query: PageQuery.pick({ cursor: true, limit: true }),
    response: page(RefusedEntry)
  }),
  listImages: operation({
    id: 'datasets.listImages',
    method: 'GET',
    path: '/dataset-versions/{versionId}/images',
    summary: 'Images of a version in the order they came, filtered.',
    access: access.read(...readers),
    params: VersionParams,
    query: z.object({
      cursor: Cursor.optional(),
      limit: queryInteger(1, 1000).optional(),
      /** Items to pass over after the cursor: how a virtual grid jumps. */
      skip: queryInteger(0, 10_000_000).optional(),
      search: text(0, 255).optional(),
      state: ImageState.optional(),
      /** Comma-separated label ids: images that carry any of them. */
      labels: text(0, 4000).optional(),
      source: z.enum(['manual', 'auto', 'import']).optional(),
      byUserId: Id.optional()
    }),
    response: page(Image).extend({
      /** Counting stopped: there are more than `total`. Only for searches and combined filters. */
      totalIsMinimum: z.boolean()
    })
  }),
  getImage: operation({
    id: 'datasets.getImage',
    method: 'GET',
    path: '/images/{imageId}',
    summary: 'One image of a version.',
    access: access.read(...readers),
    params: ImageParams,
    response: Image
  }),
  imageContent: operation({
    id: 'datasets.imageContent',
    method: 'GET',
    path: '/images/{imageId}/content',
    summary: "An image's bytes as they were imported.",
    access: access.read(...readers),
    params: ImageParams,
    rawResponse: { contentType: 'image/*', description: 'JPEG or PNG' }
  }),
  thumbnail: operation({
    id: 'datasets.thumbnail',
    method: 'GET',
    path: '/images/{imageId}/thumbnail',
    summary: 'An upright thumbnail that fits a square of `size` pixels.',
    access: access.read(...readers),
    params: ImageParams,
    query: z.object({ size: queryInteger(32, 512).optional() }),
    rawResponse: { contentType: 'image/webp', description: 'WebP' }
  }),
  deleteImages: operation({
    id: 'datasets.deleteImages',
    method: 'POST',
    path: '/dataset-versions/{versionId}/images/delete',
    summary: 'Take images out of a version.',
    access: access.write('data', 'admin'),
    params: VersionParams,
    body: z.object({ imageIds: z.array(Id).min(1).max(10_000) }).strict(),
    response: DatasetVersion
  }),
  startExport: operation({
    id: 'datasets.startExport',
    method: 'POST',
    path: '/dataset-versions/{versionId}/exports',
    summary: 'Make an export; `regenerate` makes one again though a fresh one is there.',
    access: access.write('data', 'admin'),
    params: VersionParams,
    body: z
      .object({
        format: z.enum(['topsdl', 'class-folders']),
        withData: z.boolean(),
        regenerate: z.boolean().optional()
      })
      .strict(),
    response: Export,
    status: 202
  }),
  listExports: operation({
    id: 'datasets.listExports',
    method: 'GET',
    path: '/dataset-versions/{versionId}/exports',
    summary: 'Exports of a version, newest first.',
    access: access.read('data', 'platform', 'admin'),
    params: VersionParams,
    query: PageQuery.pick({ cursor: true, limit: true }),
    response: page(Export)
  }),
  exportContent: operation({
    id: 'datasets.exportContent',
    method: 'GET',
    path: '/exports/{exportId}/content',
    summary: 'Download a generated export.',
    access: access.read('data', 'platform', 'admin'),
    params: z.object({ exportId: Id }),
    rawResponse: { contentType: 'application/zip', description: 'zip archive' }
  }),
  startTrainingData: operation({
    id: 'datasets.startTrainingData',
    method: 'POST',
    path: '/dataset-versions/{versionId}/training-data',
    summary: 'Generate training data: a seeded, stratified split with TFRecords.',
    access: access.write('data', 'platform', 'admin'),
    params: VersionParams,
    body: z
      .object({
        seed: z.number().int().min(0).max(2147483647).optional(),
        testShare: z.number().min(0.01).max(0.9).optional()
      })
      .strict(),
    response: TrainingData,
    status: 202
  }),
  trainingData: operation({
    id: 'datasets.trainingData',
    method: 'GET',
    path: '/dataset-versions/{versionId}/training-data',
    summary: "A version's training data.",
    access: access.read('data', 'platform', 'admin'),
    params: VersionParams,
    response: TrainingData
  }),
  trainingDataContent: operation({
    id: 'datasets.trainingDataContent',
    method: 'GET',
    path: '/dataset-versions/{versionId}/training-data/content',
    summary: 'Download the training data as one archive, or one of its files.',
    access: access.read('data', 'platform', 'admin'),
    params: VersionParams,
    query: z.object({ path: text(0, 1024).optional() }),
    rawResponse: {
      contentType: 'application/octet-stream',
      otherTypes: ['application/zip'],
      description: 'zip archive or the file'
    }
  }),
  sampleArchive: operation({
    id: 'datasets.sampleArchive',
    method: 'GET',
    path: '/datasets/sample-archive',
    summary: 'A small archive that shows the form an import takes.',
    access: access.signedIn,
    query: z.object({
      format: z.enum(['class-folders', 'images']).optional(),
      zh: queryBoolean().optional()
    }),
    rawResponse: { contentType: 'application/zip', description: 'zip archive' }
  })
};
