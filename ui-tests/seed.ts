import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, upload, type Client } from '@topsdl/client';
import { operations, type FileSet, type Permission, type Project } from '@topsdl/contract';

const { account, admin, algorithms, models, projects } = operations;

/** What the administrator's password is, in the directory of the companion under test. */
export function adminPassword(): string {
  return readFileSync(join(String(process.env['TOPSDL_UI_DATA']), 'admin-password'), 'utf8').trim();
}

/** The password of every user that a spec makes. */
export const PASSWORD = 'Tests-1234';

/** What a spec needs to be there already, made through the API as the administrator. */
export class Seed {
  readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  /** @param baseURL JupyterLab's address, without a slash at the end */
  static async signIn(baseURL: string, name = 'admin', password = adminPassword()): Promise<Seed> {
    const baseUrl = `${baseURL}/topsdl/`;
    const session = await createClient({ baseUrl }).call(account.signIn, {
      body: { name, password }
    });
    const headers = () => ({ Authorization: `Bearer ${session.token}` });
    return new Seed(createClient({ baseUrl, headers }));
  }

  /** A user; the name says what they may do. */
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
          { resource: 'memory', limit: '16Gi' },
          { resource: 'requests.enflame.com/dtu', limit: '4' }
        ]
      }
    });
  }

  /** The project that there is from the beginning. */
  async firstProject(): Promise<Project> {
    const { items } = await this.client.call(projects.list, { query: { limit: 200 } });
    const found = items.findLast(({ name }) => name === 'default') ?? items.at(-1);
    if (!found) {
      throw new Error('there is no project');
    }
    return found;
  }

  /** A set of files with one version that holds them. */
  async files(
    kind: 'algorithms' | 'models',
    projectId: string,
    name: string,
    files: ReadonlyMap<string, Buffer>
  ): Promise<FileSet> {
    const of = kind === 'models' ? models : algorithms;
    const set = await this.client.call(of.create, {
      params: { projectId },
      body: { name, scenario: 'image-classification' }
    });
    const uploads = [];
    for (const [path, content] of files) {
      const sent = await upload(this.client, {
        projectId,
        fileName: path,
        content: new Blob([new Uint8Array(content)])
      });
      uploads.push({ path, uploadId: sent.id });
    }
    await this.client.call(of.createVersion, {
      params: { setId: set.id },
      body: { files: uploads }
    });
    return this.client.call(of.get, { params: { setId: set.id } });
  }
}
