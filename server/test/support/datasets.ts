import { upload, type Client } from '@topsdl/client';
import {
  operations,
  type Dataset,
  type DatasetVersion,
  type Import,
  type Task
} from '@topsdl/contract';

const { datasets, tasks } = operations;

export async function createVersion(
  client: Client,
  projectId: string,
  name: string
): Promise<{ dataset: Dataset; version: DatasetVersion }> {
  const dataset = await client.call(datasets.create, {
    params: { projectId },
    body: { name, dataType: 'image', annotationType: 'classification' }
  });
  const version = await client.call(datasets.createVersion, {
    params: { datasetId: dataset.id },
    body: {}
  });
  return { dataset, version };
}

export async function uploadBytes(
  client: Client,
  projectId: string,
  fileName: string,
  bytes: Uint8Array
): Promise<string> {
  const content = new Blob([Uint8Array.from(bytes)]);
  const { id } = await upload(client, { projectId, fileName, content });
  return id;
}

const ENDED: readonly Task['state'][] = ['completed', 'failed', 'cancelled'];

/** Waits until a task has ended. */
export async function settled(client: Client, taskId: string): Promise<Task> {
  for (;;) {
    const task = await client.call(tasks.get, { params: { taskId } });
    if (ENDED.includes(task.state)) {
      return task;
    }
    await new Promise(resolve => setTimeout(resolve, 30));
  }
}

export async function importBytes(
  client: Client,
  projectId: string,
  versionId: string,
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: { dryRun?: boolean; format?: 'auto' | 'class-folders' | 'images' } = {}
): Promise<{
  found: Import;
  refused: { path: string; code: string; reason: string }[];
  uploadIds: string[];
}> {
  const uploadIds: string[] = [];
  for (const { name, bytes } of files) {
    uploadIds.push(await uploadBytes(client, projectId, name, bytes));
  }
  const begun = await client.call(datasets.startImport, {
    params: { versionId },
    body: { uploadIds, ...options }
  });
  await settled(client, begun.task.id);
  const params = { importId: begun.id };
  const found = await client.call(datasets.getImport, { params });
  const report = await client.call(datasets.importReport, { params, query: { limit: 200 } });
  return { found, refused: report.items, uploadIds };
}
