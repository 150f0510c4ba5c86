import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import type { FileEntry } from '@topsdl/contract';

/** A path of the drive, taken apart: `<set>/v<number>/<path in the version>`. */
export interface Place {
  readonly set?: string;
  readonly version?: number;
  /** Inside of the version; where no version is named, what stands there instead. */
  readonly path: string;
}

export const EMPTY_NOTEBOOK = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };

/** Takes a path of the drive apart. */
export function parse(localPath: string): Place {
  const [set, ...inside] = localPath.replace(/^\/+|\/+$/g, '').split('/');
  if (!set) {
    return { path: '' };
  }
  const [version = '', ...path] = inside;
  const number = /^v(\d+)$/.exec(version)?.[1];
  return number === undefined
    ? { set, path: inside.join('/') }
    : { set, version: Number(number), path: path.join('/') };
}

/** A directory's entry in the one above it. */
export function folder(name: string, parent: string): Contents.IModel {
  return {
    name,
    path: PathExt.join(parent, name),
    type: 'directory',
    writable: false,
    created: '',
    last_modified: '',
    mimetype: '',
    content: null,
    format: null
  };
}

/** A directory with its entries. */
export function directory(
  name: string,
  path: string,
  entries: Contents.IModel[],
  writable: boolean
): Contents.IModel {
  return { ...folder(name, ''), path, writable, content: entries, format: 'json' };
}

/** A file's entry, without its content. */
export function fileModel(entry: FileEntry, parent: string, writable: boolean): Contents.IModel {
  return {
    name: entry.name,
    path: PathExt.join(parent, entry.name),
    type: entry.name.endsWith('.ipynb') ? 'notebook' : 'file',
    writable,
    created: entry.modifiedAt,
    last_modified: entry.modifiedAt,
    mimetype: '',
    content: null,
    format: null,
    size: entry.bytes
  };
}

/** A file with its content: as JSON, as text where it is UTF-8, else in base64. Undefined where text was asked for and it is none. */
export function withContent(
  model: Contents.IModel,
  bytes: ArrayBuffer,
  options: Contents.IFetchOptions
): Contents.IModel | undefined {
  const text = () => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (model.type === 'notebook' && options.type !== 'file') {
    return { ...model, format: 'json', mimetype: '', content: JSON.parse(text()) };
  }
  const file = { ...model, type: 'file' };
  if (options.format === 'base64') {
    return base64Model(file, bytes);
  }
  try {
    return { ...file, format: 'text', mimetype: 'text/plain', content: text() };
  } catch {
    return options.format === 'text' ? undefined : base64Model(file, bytes);
  }
}

function base64Model(model: Contents.IModel, bytes: ArrayBuffer): Contents.IModel {
  let binary = '';
  const array = new Uint8Array(bytes);
  // Whole blocks at once: one character at a time is slow, all at once overflows the stack.
  for (let start = 0; start < array.length; start += 0x8000) {
    binary += String.fromCharCode(...array.subarray(start, start + 0x8000));
  }
  return {
    ...model,
    format: 'base64',
    mimetype: 'application/octet-stream',
    content: btoa(binary)
  };
}

/** What is to be written, from a model that is saved. */
export function bytesOf(model: Partial<Contents.IModel>): string | Uint8Array<ArrayBuffer> {
  const content: unknown = model.content;
  if (model.format === 'base64') {
    return Uint8Array.from(atob(String(content)), character => character.charCodeAt(0));
  }
  return typeof content === 'string' ? content : JSON.stringify(content, null, 1);
}
