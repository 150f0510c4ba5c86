import { PathExt } from '@jupyterlab/coreutils';
import type { Contents, ServerConnection } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';
import { driveTitle } from '@topsdl/lab';
import { SetLookup, type Inside, type LookupOptions } from './lookup.ts';
import {
  bytesOf,
  directory,
  EMPTY_NOTEBOOK,
  fileModel,
  folder,
  parse,
  withContent
} from './model.ts';
import { refusal } from './refusal.ts';

/** Larger files are sent in parts: Jupyter's proxy holds a request in memory, and refuses what is beyond its limit. */
const AT_ONCE_BYTES = 8 * 1024 ** 2;

export interface FileSetDriveOptions extends LookupOptions {
  /** The drive's name, the part of a path before the colon. */
  readonly name: string;
  readonly serverSettings: ServerConnection.ISettings;
}

/**
 * The versions of algorithm or model sets as a drive of JupyterLab: its file browser and editors
 * work on them as on any files. Sets and versions are directories that cannot be changed here.
 */
export class FileSetDrive implements Contents.IDrive {
  readonly name: string;
  readonly serverSettings: ServerConnection.ISettings;
  private readonly options: FileSetDriveOptions;
  private readonly lookup: SetLookup;
  private readonly changes = new Signal<this, Contents.IChangedArgs>(this);
  /** Parts of large uploads, by path, until the last comes. */
  private readonly parts = new Map<string, Blob[]>();
  private disposed = false;

  constructor(options: FileSetDriveOptions) {
    this.options = options;
    this.name = options.name;
    this.serverSettings = options.serverSettings;
    this.lookup = new SetLookup(options);
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

  get(localPath: string, options: Contents.IFetchOptions = {}): Promise<Contents.IModel> {
    return this.lookup.tell(async () => {
      const { set, version, path } = parse(localPath);
      if (set === undefined) {
        const sets = await this.lookup.sets();
        const folders = sets.map(entry => folder(driveTitle(entry), ''));
        return directory('', '', folders, false);
      }
      if (version === undefined) {
        if (path !== '') {
          return this.lookup.missing(localPath);
        }
        const versions = await this.lookup.versions(await this.lookup.set(set));
        const folders = versions.map(({ number }) => folder(`v${number}`, set));
        return directory(set, set, folders, false);
      }
      const place = await this.lookup.inside(localPath);
      return path === '' || options.type === 'directory'
        ? this.list(localPath, place)
        : this.read(localPath, place, options);
    });
  }

  getDownloadUrl(localPath: string): Promise<string> {
    return this.lookup.tell(async () => {
      const { client, operations } = await this.lookup.calls();
      const { params, path } = await this.lookup.inside(localPath);
      const model = await this.get(localPath, { content: false });
      return model.type === 'directory'
        ? client.url(operations.archive, { params, query: { path } })
        : client.url(operations.readFile, { params, query: { path } });
    });
  }

  newUntitled(options: Contents.ICreateOptions = {}): Promise<Contents.IModel> {
    return this.lookup.tell(async () => {
      const where = options.path ?? '';
      const [stem, extension] = untitled(options, this.options.translation.trans);
      const name = await this.freeName(where, stem, extension, ' ');
      const localPath = PathExt.join(where, name);
      if (options.type === 'directory') {
        await this.makeDirectory(localPath);
      } else {
        const content = options.type === 'notebook' ? JSON.stringify(EMPTY_NOTEBOOK) : '';
        await this.write(localPath, new Blob([content]));
      }
      return this.changed('new', null, await this.get(localPath, { content: false }));
    });
  }

  delete(localPath: string): Promise<void> {
    return this.lookup.tell(async () => {
      const { client, operations } = await this.lookup.calls();
      const { params, path } = await this.lookup.entry(localPath);
      await client.call(operations.deleteFile, { params, query: { path } });
      this.changes.emit({ type: 'delete', oldValue: { path: localPath }, newValue: null });
    });
  }

  rename(oldLocalPath: string, newLocalPath: string): Promise<Contents.IModel> {
    return this.lookup.tell(async () => {
      const { client, operations } = await this.lookup.calls();
      const from = await this.lookup.entry(oldLocalPath);
      const to = await this.lookup.entry(newLocalPath);
      if (from.params.versionId !== to.params.versionId) {
        const { trans } = this.options.translation;
        throw refusal(403, trans.__('Files can be moved inside of a version only; copy them.'));
      }
      await client.call(operations.moveFile, {
        params: from.params,
        body: { from: from.path, to: to.path }
      });
      const model = await this.get(newLocalPath, { content: false });
      return this.changed('rename', { path: oldLocalPath }, model);
    });
  }

  save(localPath: string, options: Partial<Contents.IModel> = {}): Promise<Contents.IModel> {
    return this.lookup.tell(async () => {
      if (options.type === 'directory') {
        await this.makeDirectory(localPath);
      } else {
        const whole = this.collect(localPath, new Blob([bytesOf(options)]), options.chunk);
        if (typeof whole === 'number') {
          const above = PathExt.dirname(localPath);
          return { ...folder(PathExt.basename(localPath), above), type: 'file', size: whole };
        }
        await this.write(localPath, whole);
      }
      return this.changed('save', null, await this.get(localPath, { content: false }));
    });
  }

  copy(localPath: string, toLocalDir: string): Promise<Contents.IModel> {
    return this.lookup.tell(async () => {
      const { client, operations } = await this.lookup.calls();
      const { params, path } = await this.lookup.entry(localPath);
      const response = await client.raw(operations.readFile, { params, query: { path } });
      const extension = PathExt.extname(path);
      const stem = PathExt.basename(path, extension);
      const name = await this.freeName(toLocalDir, stem, extension, '-Copy');
      const target = PathExt.join(toLocalDir, name);
      await this.write(target, await response.blob());
      return this.changed('new', null, await this.get(target, { content: false }));
    });
  }

  /** There are no checkpoints: a version made from this one is one that stays. */
  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return Promise.resolve({ id: 'none', last_modified: new Date(0).toISOString() });
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  restoreCheckpoint(): Promise<void> {
    const { trans } = this.options.translation;
    return Promise.reject(refusal(404, trans.__('There are no checkpoints here.')));
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

  private async list(localPath: string, { params, path, writable }: Inside) {
    const { client, operations } = await this.lookup.calls();
    const { items } = await client.call(operations.listFiles, { params, query: { path } });
    const entries = items.map(entry =>
      entry.kind === 'directory'
        ? { ...folder(entry.name, localPath), writable, last_modified: entry.modifiedAt }
        : fileModel(entry, localPath, writable)
    );
    return directory(PathExt.basename(localPath), localPath, entries, writable);
  }

  private async read(
    localPath: string,
    place: Inside,
    options: Contents.IFetchOptions
  ): Promise<Contents.IModel> {
    const { client, operations } = await this.lookup.calls();
    const { params, path, writable } = place;
    const { items } = await client.call(operations.listFiles, {
      params,
      query: { path: PathExt.dirname(path) }
    });
    const entry = items.find(item => item.path === path) ?? this.lookup.missing(localPath);
    if (entry.kind === 'directory') {
      return this.list(localPath, place);
    }
    const model = fileModel(entry, PathExt.dirname(localPath), writable);
    if (options.content === false) {
      return model;
    }
    const response = await client.raw(operations.readFile, { params, query: { path } });
    const content = withContent(model, await response.arrayBuffer(), options);
    if (!content) {
      const { trans } = this.options.translation;
      throw refusal(400, trans.__('“%1” is not text in UTF-8.', entry.name));
    }
    return content;
  }

  /** A name that nothing in a directory has yet. */
  private async freeName(where: string, stem: string, extension: string, mark: string) {
    const { client, operations } = await this.lookup.calls();
    const { params, path } = await this.lookup.inside(where);
    const { items } = await client.call(operations.listFiles, { params, query: { path } });
    const taken = new Set(items.map(entry => entry.name));
    let name = stem + extension;
    for (let count = 1; taken.has(name); count++) {
      name = `${stem}${mark}${count}${extension}`;
    }
    return name;
  }

  /** Puts the parts of an upload together. @returns the file once it is whole, until then its size so far */
  private collect(localPath: string, piece: Blob, chunk: number | undefined): Blob | number {
    if (chunk === undefined) {
      return piece;
    }
    const parts = chunk === 1 ? [] : (this.parts.get(localPath) ?? []);
    parts.push(piece);
    if (chunk === -1) {
      this.parts.delete(localPath);
      return new Blob(parts);
    }
    this.parts.set(localPath, parts);
    return parts.reduce((sum, part) => sum + part.size, 0);
  }

  private async makeDirectory(localPath: string): Promise<void> {
    const { client, operations } = await this.lookup.calls();
    const { params, path } = await this.lookup.entry(localPath);
    await client.call(operations.createDirectory, { params, body: { path } });
  }

  private async write(localPath: string, content: Blob): Promise<void> {
    const { client, operations } = await this.lookup.calls();
    const { params, path } = await this.lookup.entry(localPath);
    if (content.size <= AT_ONCE_BYTES) {
      await client.call(operations.writeFile, { params, query: { path } }, { rawBody: content });
      return;
    }
    const { upload } = await import('@topsdl/client');
    const { id } = await upload(client, {
      projectId: this.lookup.projectId ?? '',
      fileName: PathExt.basename(path),
      content
    });
    await client.call(operations.placeUpload, { params, body: { path, uploadId: id } });
  }
}

/** What something new is called at first: stem and extension. */
function untitled(
  { type, ext }: Contents.ICreateOptions,
  trans: FileSetDriveOptions['translation']['trans']
): [string, string] {
  switch (type) {
    case 'directory':
      return [trans.__('Untitled Folder'), ''];
    case 'notebook':
      return [trans.__('Untitled'), '.ipynb'];
    default:
      return [trans.__('untitled'), ext ? `.${ext.replace(/^\./, '')}` : '.txt'];
  }
}
