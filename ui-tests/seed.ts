import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { createClient, upload, type Client } from '@topsdl/client';
import {
  operations,
  type Dataset,
  type DatasetVersion,
  type FileSet,
  type Permission,
  type Project
} from '@topsdl/contract';
import { dataDirectory, socketFetch } from './companion.ts';
import type { Upload } from './material/archive.ts';

const { account, admin, algorithms, datasets, models, projects } = operations;

/** What the administrator's password is, in the directory of the companion under test. */
export const adminPassword = (): string =>
  readFileSync(join(dataDirectory(), 'admin-password'), 'utf8').trim();

/** The password of every user that a spec makes. */
export const PASSWORD = 'Tests-1234';

/** What a spec needs to be there already, made through the API. */
export class Seed {
  readonly client: Client;
  /** For requests that are none of the API's, such as to services. */
  readonly authorization: string;

  private constructor(client: Client, authorization: string) {
    this.client = client;
    this.authorization = authorization;
  }

  static async signIn(name = 'admin', password = adminPassword()): Promise<Seed> {
    const options = { baseUrl: 'http://companion/', fetch: socketFetch };
    const session = await createClient(options).call(account.signIn, { body: { name, password } });
    const authorization = `Bearer ${session.token}`;
    const headers = () => ({ Authorization: authorization });
    return new Seed(createClient({ ...options, headers }), authorization);
  }

  async user(name: string, permissions: readonly Permission[]): Promise<string> {
    const body = { name, password: PASSWORD, permissions: [...permissions] };
    return (await this.client.call(admin.createUser, { body })).id;
  }

  /** A project, with the owner of the data directory and others as its members. */
  async project(name: string, members: readonly string[] = []): Promise<Project> {
    const { items } = await this.client.call(admin.listUsers, { query: { limit: 200 } });
    const owner = items.filter(user => user.owner).map(({ id }) => id);
    return this.client.call(projects.create, {
      body: {
        name,
        memberIds: [...owner, ...members],
        quotas: [
          { resource: 'cpu', limit: '8' },
          { resource: 'memory', limit: '20Gi' },
          { resource: 'requests.enflame.com/dtu', limit: '4' }
        ]
      }
    });
  }

  /** The project that there is from the beginning. */
  async firstProject(): Promise<Project> {
    const found = await this.findProject('default');
    if (!found) {
      throw new Error('there is no first project');
    }
    return found;
  }

  /** The project that is called so; undefined where there is none. */
  async findProject(name: string): Promise<Project | undefined> {
    const { items } = await this.client.call(projects.list, { query: { search: name } });
    return items.find(project => project.name === name);
  }

  async send(projectId: string, fileName: string, content: Buffer): Promise<string> {
    const bytes = new Blob([new Uint8Array(content)]);
    return (await upload(this.client, { projectId, fileName, content: bytes })).id;
  }

  /** A set of files with one version that holds them. */
  async files(
    kind: 'algorithms' | 'models',
    projectId: string,
    name: string,
    files: ReadonlyMap<string, Buffer>
  ): Promise<FileSet> {
    const of = kind === 'models' ? models : algorithms;
    const made = await this.client.call(of.create, {
      params: { projectId },
      body: { name, scenario: 'image-classification' }
    });
    const params = { setId: made.id };
    const sent = [];
    for (const [path, content] of files) {
      sent.push({ path, uploadId: await this.send(projectId, path, content) });
    }
    await this.client.call(of.createVersion, { params, body: { files: sent } });
    return this.client.call(of.get, { params });
  }

  async dataset(projectId: string, name: string): Promise<Dataset> {
    const body = { name, dataType: 'image', annotationType: 'classification' } as const;
    return this.client.call(datasets.create, { params: { projectId }, body });
  }

  /** A version of a dataset without images. */
  async version({ id }: Dataset): Promise<DatasetVersion> {
    return this.client.call(datasets.createVersion, { params: { datasetId: id }, body: {} });
  }

  /** A version of a dataset with what an archive holds. */
  async imported(dataset: Dataset, projectId: string, archive: Upload): Promise<DatasetVersion> {
    const version = await this.version(dataset);
    const uploadIds = [await this.send(projectId, archive.name, archive.buffer)];
    const params = { versionId: version.id };
    const { id } = await this.client.call(datasets.startImport, { params, body: { uploadIds } });
    await expect(async () => {
      const { task } = await this.client.call(datasets.getImport, { params: { importId: id } });
      expect(task.state).toBe('completed');
    }).toPass({ timeout: 120_000 });
    return this.client.call(datasets.getVersion, { params });
  }
}
