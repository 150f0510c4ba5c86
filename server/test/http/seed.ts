import { operations } from '@topsdl/contract';
import type { Client } from '@topsdl/client';
import type { Companion } from '@topsdl/testing';

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
);

export interface Seeded {
  readonly projectId: string;
  /** Ids of one object of each kind, by the beginning of the paths that name it. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Makes one object of each kind in the owner's first project, through the API. */
export async function seed(companion: Companion, owner: Client): Promise<Seeded> {
  const ids = new Map<string, string>();
  const { items } = await owner.call(operations.projects.list, {});
  const projectId = items[0]!.id;
  ids.set('/projects/{projectId}', projectId);
  await seedDataset(owner, projectId, ids);
  const modelVersionId = await seedSets(owner, projectId, ids);
  await seedTraining(owner, projectId, ids);
  await seedServing(owner, projectId, modelVersionId, ids);
  const users = await companion.admin();
  const made = await users.call(operations.admin.createUser, {
    body: { name: 'seeded', password: 'password', permissions: [] }
  });
  ids.set('/users/{userId}', made.id);
  const specs = await owner.call(operations.admin.listSpecs, {});
  ids.set('/compute-specs/{specId}', specs.items[0]!.id);
  const token = await owner.call(operations.account.createToken, { body: { name: 'seeded' } });
  ids.set('/tokens/{tokenId}', token.id);
  return { projectId, ids };
}

async function seedDataset(
  owner: Client,
  projectId: string,
  ids: Map<string, string>
): Promise<void> {
  const { datasets, labeling, uploads, tasks } = operations;
  const dataset = await owner.call(datasets.create, {
    params: { projectId },
    body: { name: 'seeded', dataType: 'image', annotationType: 'classification' }
  });
  ids.set('/datasets/{datasetId}', dataset.id);
  const label = await owner.call(labeling.createLabel, {
    params: { datasetId: dataset.id },
    body: { name: 'seeded' }
  });
  ids.set('/labels/{labelId}', label.id);
  const version = await owner.call(datasets.createVersion, {
    params: { datasetId: dataset.id },
    body: {}
  });
  ids.set('/dataset-versions/{versionId}', version.id);
  const upload = await owner.call(uploads.create, {
    params: { projectId },
    body: { fileName: 'pixel.png', size: PIXEL.length }
  });
  ids.set('/uploads/{uploadId}', upload.id);
  const whole = await owner.call(uploads.create, {
    params: { projectId },
    body: { fileName: 'pixel.png', size: PIXEL.length }
  });
  await owner.call(
    uploads.append,
    { params: { uploadId: whole.id } },
    { rawBody: Uint8Array.from(PIXEL), headers: { 'Upload-Offset': '0' } }
  );
  const started = await owner.call(datasets.startImport, {
    params: { versionId: version.id },
    body: { uploadIds: [whole.id] }
  });
  ids.set('/imports/{importId}', started.id);
  ids.set('/tasks/{taskId}', started.task.id);
  for (;;) {
    const task = await owner.call(tasks.get, { params: { taskId: started.task.id } });
    if (task.state === 'completed') {
      break;
    }
    if (task.state === 'failed') {
      throw new Error(`the import failed: ${JSON.stringify(task.problem)}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  const images = await owner.call(datasets.listImages, { params: { versionId: version.id } });
  ids.set('/images/{imageId}', images.items[0]!.id);
  const exported = await owner.call(datasets.startExport, {
    params: { versionId: version.id },
    body: { format: 'topsdl', withData: false }
  });
  ids.set('/exports/{exportId}', exported.id);
}

async function seedSets(
  owner: Client,
  projectId: string,
  ids: Map<string, string>
): Promise<string> {
  let modelVersionId = '';
  for (const [feature, noun] of [
    ['algorithms', 'algorithm'],
    ['models', 'model']
  ] as const) {
    const set = await owner.call(operations[feature].create, {
      params: { projectId },
      body: { name: 'seeded', scenario: 'image-classification' }
    });
    const version = await owner.call(operations[feature].createVersion, {
      params: { setId: set.id },
      body: {}
    });
    ids.set(`/${feature}/{setId}`, set.id);
    ids.set(`/${noun}-versions/{versionId}`, version.id);
    modelVersionId = version.id;
  }
  return modelVersionId;
}

async function seedTraining(
  owner: Client,
  projectId: string,
  ids: Map<string, string>
): Promise<void> {
  const { training, tensorboard, admin } = operations;
  const specs = await owner.call(admin.listSpecs, {});
  const definition = await owner.call(training.create, {
    params: { projectId },
    body: { name: 'seeded', specId: specs.items[0]!.id, command: 'true', nodes: 1 }
  });
  ids.set('/training/{trainingId}', definition.id);
  const run = await owner.call(training.startRun, { params: { trainingId: definition.id } });
  ids.set('/training-runs/{runId}', run.id);
  const board = await owner.call(tensorboard.create, { params: { runId: run.id } });
  ids.set('/tensorboards/{tensorboardId}', board.id);
}

async function seedServing(
  owner: Client,
  projectId: string,
  modelVersionId: string,
  ids: Map<string, string>
): Promise<void> {
  const { serving } = operations;
  const made = await owner.call(serving.createPackage, {
    params: { projectId },
    body: { name: 'seeded', scenario: 'image-classification' }
  });
  const version = await owner.call(serving.createPackageVersion, {
    params: { packageId: made.id },
    body: { modelVersionIds: [modelVersionId], arguments: ['true'] }
  });
  const service = await owner.call(serving.createService, {
    params: { projectId },
    body: { name: 'seeded' }
  });
  ids.set('/packages/{packageId}', made.id);
  ids.set('/package-versions/{packageVersionId}', version.id);
  ids.set('/services/{serviceId}', service.id);
}
