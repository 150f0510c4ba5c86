import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Client } from '@topsdl/client';
import { operations, type Operation } from '@topsdl/contract';
import { startCompanion, type Companion } from '@topsdl/testing';
import { seed } from './seed.ts';

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

const { admin, algorithms, datasets, labeling, models, projects, serving, training, uploads } =
  operations;
const NOWHERE = '01890a5d-ac96-774b-bcce-b302099a8057';

let companion: Companion;
/** Somebody with a project of their own, and what lies in it. */
let other: Client;
const own: Record<string, string> = {};
/** What lies in a project that they are no member of. */
let foreign: ReadonlyMap<string, string>;

beforeAll(async () => {
  companion = await startCompanion();
  foreign = (await seed(companion, await companion.owner())).ids;
  const administrator = await companion.admin();
  const { id } = await administrator.call(admin.createUser, {
    body: { name: 'other', password: 'password', permissions: ['platform', 'data'] }
  });
  const project = await administrator.call(projects.create, {
    body: { name: 'other', memberIds: [id] }
  });
  other = await companion.signIn('other', 'password');
  await makeOwn(project.id);
}, 120_000);

afterAll(() => companion.stop());

async function makeOwn(projectId: string): Promise<void> {
  const params = { projectId };
  const scenario = 'image-classification' as const;
  const dataset = await other.call(datasets.create, {
    params,
    body: { name: 'own', dataType: 'image', annotationType: 'classification' }
  });
  const version = await other.call(datasets.createVersion, {
    params: { datasetId: dataset.id },
    body: {}
  });
  const code = await other.call(algorithms.create, { params, body: { name: 'own', scenario } });
  const model = await other.call(models.create, { params, body: { name: 'own', scenario } });
  const modelVersion = await other.call(models.createVersion, {
    params: { setId: model.id },
    body: {}
  });
  const made = await other.call(serving.createPackage, { params, body: { name: 'own', scenario } });
  const service = await other.call(serving.createService, { params, body: { name: 'own' } });
  const job = await other.call(training.create, { params, body: trainingBody('own') });
  Object.assign(own, {
    projectId,
    datasetId: dataset.id,
    versionId: version.id,
    algorithmId: code.id,
    modelId: model.id,
    modelVersionId: modelVersion.id,
    packageId: made.id,
    serviceId: service.id,
    trainingId: job.id
  });
}

const trainingBody = (name: string) => ({ name, specId: specId(), command: 'true', nodes: 1 });
const specId = () => foreign.get('/compute-specs/{specId}')!;

interface Case {
  readonly operation: Operation;
  /** Names of own objects, by the parameters of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** The body with an id of the other project in it. */
  readonly body: (id: string) => Record<string, unknown>;
  /** The beginning of the paths that name such an object. */
  readonly kind: string;
  readonly field: string;
  /** Of the problem, `not-found` otherwise. */
  readonly code?: string;
}

const newRun = { projectId: 'projectId' };
const cases: Case[] = [
  {
    operation: datasets.createVersion,
    params: { datasetId: 'datasetId' },
    body: id => ({ baseVersionId: id }),
    kind: '/dataset-versions/{versionId}',
    field: 'body.baseVersionId'
  },
  {
    operation: datasets.startImport,
    params: { versionId: 'versionId' },
    body: id => ({ uploadIds: [id] }),
    kind: '/uploads/{uploadId}',
    field: 'body.uploadIds.0'
  },
  {
    operation: labeling.save,
    params: { versionId: 'versionId' },
    body: id => ({ images: [{ imageId: id, revision: 0, shapes: [] }] }),
    kind: '/images/{imageId}',
    field: 'body.images.0.imageId',
    code: 'image-foreign'
  },
  {
    operation: algorithms.createVersion,
    params: { setId: 'algorithmId' },
    body: id => ({ fromVersionId: id }),
    kind: '/algorithm-versions/{versionId}',
    field: 'body.fromVersionId'
  },
  {
    operation: algorithms.createVersion,
    params: { setId: 'algorithmId' },
    body: id => ({ files: [{ path: 'a', uploadId: id }] }),
    kind: '/uploads/{uploadId}',
    field: 'body.files.0.uploadId'
  },
  {
    operation: models.createVersion,
    params: { setId: 'modelId' },
    body: id => ({ fromVersionId: id }),
    kind: '/model-versions/{versionId}',
    field: 'body.fromVersionId'
  },
  ...(
    [
      ['datasetVersionIds', '/dataset-versions/{versionId}'],
      ['algorithmVersionIds', '/algorithm-versions/{versionId}'],
      ['modelVersionIds', '/model-versions/{versionId}']
    ] as const
  ).flatMap(([name, kind]): Case[] => [
    {
      operation: training.create,
      params: newRun,
      body: id => ({ ...trainingBody('refused'), [name]: [id] }),
      kind,
      field: `body.${name}.0`
    },
    {
      operation: training.update,
      params: { trainingId: 'trainingId' },
      body: id => ({ [name]: [id] }),
      kind,
      field: `body.${name}.0`
    }
  ]),
  {
    operation: training.create,
    params: newRun,
    body: id => ({ ...trainingBody('refused'), saveModelSetId: id }),
    kind: '/models/{setId}',
    field: 'body.saveModelSetId'
  },
  {
    operation: serving.createPackageVersion,
    params: { packageId: 'packageId' },
    body: id => ({ modelVersionIds: [id], arguments: ['true'] }),
    kind: '/model-versions/{versionId}',
    field: 'body.modelVersionIds.0'
  },
  {
    operation: serving.createPackageVersion,
    params: { packageId: 'packageId' },
    body: id => ({
      modelVersionIds: [own['modelVersionId']],
      algorithmVersionIds: [id],
      arguments: ['true']
    }),
    kind: '/algorithm-versions/{versionId}',
    field: 'body.algorithmVersionIds.0'
  },
  {
    operation: serving.addProduction,
    params: { serviceId: 'serviceId' },
    body: id => ({ packageVersionId: id, specId: specId(), replicas: 1 }),
    kind: '/package-versions/{packageVersionId}',
    field: 'body.packageVersionId'
  }
];

test.each(cases.map(one => [one.operation.id, one.field, one] as const))(
  '%s does not find by %s what another project has, nor says that it is there',
  async (_id, field, { operation, params, body, kind, code = 'not-found' }) => {
    const call = (id: string) =>
      other
        .call(operation, {
          params: Object.fromEntries(
            Object.entries(params).map(([name, object]) => [name, own[object]])
          ),
          query: {},
          body: body(id)
        } as never)
        .then(
          () => 'done',
          (error: { problem: { code: string; field?: string } }) => error.problem
        );
    const refused = await call(foreign.get(kind)!);
    expect(refused).toMatchObject({ code, field });
    expect(await call(NOWHERE)).toEqual(refused);
  }
);

test('nothing of all this was done', async () => {
  const params = { projectId: own['projectId']! };
  const defined = await other.call(training.list, { params });
  expect(defined.items.map(({ name }) => name)).toEqual(['own']);
  const owner = await companion.owner();
  const imageId = foreign.get('/images/{imageId}')!;
  // Taking out what a version does not have is done already, whoever has it.
  const versionId = own['versionId']!;
  await other.call(datasets.deleteImages, { params: { versionId }, body: { imageIds: [imageId] } });
  expect((await owner.call(datasets.getImage, { params: { imageId } })).annotations).toEqual([]);
  const uploadId = foreign.get('/uploads/{uploadId}')!;
  expect((await owner.call(uploads.get, { params: { uploadId } })).offset).toBe(0);
});
