import { PathExt } from '@jupyterlab/coreutils';
import type { Contents, ServerConnection } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';
import type { FileSet, SetVersion } from '@topsdl/contract';
import type { ITopsApi } from './api.ts';
import {
  bytesOf,
  directory,
  EMPTY_NOTEBOOK,
  fileModel,
  folder,
  parse,
  withContent,
  type Place
} from './drive-model.ts';
import type { ITopsSession } from './session.ts';

export interface FileSetDriveOptions {
  /** The drive's name, the part of a path before the colon. */
  readonly name: string;
  /** Whose sets: a feature's word in the contract. */
  readonly feature: 'algorithms' | 'models';
  readonly api: ITopsApi;
  readonly session: ITopsSession;
  readonly serverSettings: ServerConnection.ISettings;
}

/** Marks a public set whose name one of the project's own has, too. */
const PUBLIC = ' ~public';

/** Where the version of a set is in its drive. */
export function drivePath(set: { name: string; public: boolean }, version: SetVersion): string {
  return `${set.name}${set.public ? PUBLIC : ''}/v${version.number}`;
}

/**
 * The versions of algorithm or model sets as a drive of JupyterLab: its file browser and editors
 * work on them as on any files. Sets and versions are directories that cannot be changed here.
 */
export class FileSetDrive implements Contents.IDrive {
  readonly name: string;
  readonly serverSettings: ServerConnection.ISettings;
  private readonly options: FileSetDriveOptions;
  private readonly changes = new Signal<this, Contents.IChangedArgs>(this);
  /** Parts of large uploads, by path, until the last comes. */
  private readonly parts = new Map<string, Blob[]>();
  private disposed = false;

  constructor(options: FileSetDriveOptions) {
    this.options = options;
    this.name = options.name;
    this.serverSettings = options.serverSettings;
  }

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this.changes;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    Signal.clearData(this);
  }

  async get(localPath: string, options: Contents.IFetchOptions = {}): Promise<Contents.IModel> {
    const place = parse(localPath);
    if (place.set === undefined) {
      return directory(
        '',
        '',
        (await this.sets()).map(set => folder(this.title(set), '')),
        false
      );
    }
    const set = await this.set(place.set);
    if (place.version === undefined) {
      const { client, operations } = await this.calls();
      const page = await client.call(operations.listVersions, {
        params: { setId: set.id },
        query: { limit: 200 }
      });
      const entries = page.items.map(({ number }) => folder(`v${number}`, place.set ?? ''));
      return directory(place.set, place.set, entries, false);
    }
    const version = await this.version(set, place.version);
    const writable = this.mayWrite(set, version);
    const { client, operations } = await this.calls();
    const params = { versionId: version.id };
    if (place.path === '' || options.type === 'directory') {
      return this.list(localPath, place, params, writable);
    }
    const above = PathExt.dirname(place.path);
    const { items } = await client.call(operations.listFiles, { params, query: { path: above } });
    const entry = items.find(({ path }) => path === place.path);
    if (!entry) {
      throw new Error(`There is no ${localPath}`);
    }
    if (entry.kind === 'directory') {
      return this.list(localPath, place, params, writable);
    }
    const model = fileModel(entry, PathExt.dirname(localPath), writable);
    if (options.content === false) {
      return model;
    }
    const response = await client.raw(operations.readFile, { params, query: { path: place.path } });
    return withContent(model, await response.arrayBuffer(), options);
  }

  async getDownloadUrl(localPath: string): Promise<string> {
    const { client, operations } = await this.calls();
    const { params, path } = await this.inside(localPath);
    const model = await this.get(localPath, { content: false });
    return model.type === 'directory'
      ? client.url(operations.archive, { params, query: { path } })
      : client.url(operations.readFile, { params, query: { path } });
  }

  async newUntitled(options: Contents.ICreateOptions = {}): Promise<Contents.IModel> {
    const where = options.path ?? '';
    const { items } = await this.entries(where);
    const taken = new Set(items.map(entry => entry.name));
    const [stem, extension] =
      options.type === 'directory'
        ? ['Untitled Folder', '']
        : options.type === 'notebook'
          ? ['Untitled', '.ipynb']
          : ['untitled', options.ext ? `.${options.ext.replace(/^\./, '')}` : '.txt'];
    let name = stem + extension;
    for (let count = 1; taken.has(name); count++) {
      name = `${stem} ${count}${extension}`;
    }
    const localPath = PathExt.join(where, name);
    if (options.type === 'directory') {
      const { client, operations } = await this.calls();
      const { params, path } = await this.inside(localPath);
      await client.call(operations.createDirectory, { params, body: { path } });
    } else {
      const content = options.type === 'notebook' ? JSON.stringify(EMPTY_NOTEBOOK) : '';
      await this.write(localPath, new Blob([content]));
    }
    return this.changed('new', null, await this.get(localPath, { content: false }));
  }

  async delete(localPath: string): Promise<void> {
    const { client, operations } = await this.calls();
    const { params, path } = await this.inside(localPath);
    await client.call(operations.deleteFile, { params, query: { path } });
    this.changes.emit({ type: 'delete', oldValue: { path: localPath }, newValue: null });
  }

  async rename(oldLocalPath: string, newLocalPath: string): Promise<Contents.IModel> {
    const { client, operations } = await this.calls();
    const from = await this.inside(oldLocalPath);
    const to = await this.inside(newLocalPath);
    if (from.params.versionId !== to.params.versionId) {
      throw new Error('Files can be moved inside of a version only.');
    }
    await client.call(operations.moveFile, {
      params: from.params,
      body: { from: from.path, to: to.path }
    });
    const model = await this.get(newLocalPath, { content: false });
    return this.changed('rename', { path: oldLocalPath }, model);
  }

  async save(localPath: string, options: Partial<Contents.IModel> = {}): Promise<Contents.IModel> {
    if (options.type === 'directory') {
      const { client, operations } = await this.calls();
      const { params, path } = await this.inside(localPath);
      await client.call(operations.createDirectory, { params, body: { path } });
    } else {
      const piece = new Blob([bytesOf(options)]);
      const chunk = options.chunk;
      if (chunk !== undefined && chunk !== null) {
        const parts = chunk === 1 ? [] : (this.parts.get(localPath) ?? []);
        parts.push(piece);
        if (chunk !== -1) {
          this.parts.set(localPath, parts);
          const name = PathExt.basename(localPath);
          const size = parts.reduce((sum, part) => sum + part.size, 0);
          return { ...folder(name, PathExt.dirname(localPath)), type: 'file', size };
        }
        this.parts.delete(localPath);
        await this.write(localPath, new Blob(parts));
      } else {
        await this.write(localPath, piece);
      }
    }
    const model = await this.get(localPath, { content: false });
    return this.changed('save', null, model);
  }

  async copy(localPath: string, toLocalDir: string): Promise<Contents.IModel> {
    const { client, operations } = await this.calls();
    const { params, path } = await this.inside(localPath);
    const response = await client.raw(operations.readFile, { params, query: { path } });
    const { items } = await this.entries(toLocalDir);
    const taken = new Set(items.map(entry => entry.name));
    const extension = PathExt.extname(path);
    const stem = PathExt.basename(path, extension);
    let name = stem + extension;
    for (let count = 1; taken.has(name); count++) {
      name = `${stem}-Copy${count}${extension}`;
    }
    const target = PathExt.join(toLocalDir, name);
    await this.write(target, await response.blob());
    return this.changed('new', null, await this.get(target, { content: false }));
  }

  /** There are no checkpoints: a version made from this one is one that stays. */
  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return Promise.resolve({ id: 'none', last_modified: new Date(0).toISOString() });
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  restoreCheckpoint(): Promise<void> {
    return Promise.reject(new Error('There are no checkpoints here.'));
  }

  deleteCheckpoint(): Promise<void> {
    return Promise.resolve();
  }

  private changed(
    type: Contents.IChangedArgs['type'],
    oldValue: Partial<Contents.IModel> | null,
    model: Contents.IModel
  ): Contents.IModel {
    this.changes.emit({ type, oldValue, newValue: model });
    return model;
  }

  private async calls() {
    const [{ operations }, client] = await Promise.all([
      import('@topsdl/contract'),
      this.options.api.client()
    ]);
    return { client, operations: operations[this.options.feature] };
  }

  private title(set: FileSet): string {
    return set.public ? set.name + PUBLIC : set.name;
  }

  private async sets(search?: string): Promise<FileSet[]> {
    await this.options.session.ready;
    const { client, operations } = await this.calls();
    const projectId = this.options.session.project?.id;
    if (projectId === undefined) {
      return [];
    }
    const query = { visibility: 'all' as const, limit: 200 };
    const page = await client.call(operations.list, {
      params: { projectId },
      query: search === undefined ? query : { ...query, search }
    });
    return page.items;
  }

  private async set(title: string): Promise<FileSet> {
    const name = title.endsWith(PUBLIC) ? title.slice(0, -PUBLIC.length) : title;
    const found = (await this.sets(name)).find(set => this.title(set) === title);
    if (!found) {
      throw new Error(`There is no ${title}`);
    }
    return found;
  }

  private async version(set: FileSet, number: number): Promise<SetVersion> {
    const near = set.versions.find(version => version.number === number);
    if (near) {
      return near;
    }
    const { client, operations } = await this.calls();
    const page = await client.call(operations.listVersions, {
      params: { setId: set.id },
      query: { limit: 200 }
    });
    const found = page.items.find(version => version.number === number);
    if (!found) {
      throw new Error(`${set.name} has no version ${number}`);
    }
    return found;
  }

  private mayWrite(set: FileSet, version: SetVersion): boolean {
    const { session } = this.options;
    return (
      !version.sealed && (set.public ? session.may('admin') : session.may('platform', 'admin'))
    );
  }

  /** A place inside of a version, for operations on its files. */
  private async inside(localPath: string) {
    const place = parse(localPath);
    if (place.set === undefined || place.version === undefined || place.path === '') {
      throw new Error('Sets and versions are made, named and deleted in the sidebar Develop.');
    }
    const version = await this.version(await this.set(place.set), place.version);
    return { params: { versionId: version.id }, path: place.path };
  }

  private async entries(localDirectory: string) {
    const place = parse(localDirectory);
    if (place.set === undefined || place.version === undefined) {
      throw new Error('Files belong into a version: open one first.');
    }
    const { client, operations } = await this.calls();
    const version = await this.version(await this.set(place.set), place.version);
    return client.call(operations.listFiles, {
      params: { versionId: version.id },
      query: { path: place.path }
    });
  }

  private async list(
    localPath: string,
    place: Place,
    params: { versionId: string },
    writable: boolean
  ): Promise<Contents.IModel> {
    const { client, operations } = await this.calls();
    const { items } = await client.call(operations.listFiles, {
      params,
      query: { path: place.path }
    });
    const entries = items.map(entry =>
      entry.kind === 'directory'
        ? { ...folder(entry.name, localPath), writable, last_modified: entry.modifiedAt }
        : fileModel(entry, localPath, writable)
    );
    return directory(PathExt.basename(localPath), localPath, entries, writable);
  }

  private async write(localPath: string, content: Blob): Promise<void> {
    const { client, operations } = await this.calls();
    const { params, path } = await this.inside(localPath);
    await client.call(operations.writeFile, { params, query: { path } }, { rawBody: content });
  }
}
