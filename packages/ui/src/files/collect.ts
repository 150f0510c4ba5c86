import type { Contents } from '@jupyterlab/services';
import { FilePath } from '@topsdl/contract';

/** A file of JupyterLab's, and where it goes. */
export interface Collected {
  /** Relative, `/` between parts. */
  readonly path: string;
  /** JupyterLab's path, with the drive. */
  readonly source: string;
  /** As the drive says; the truth is known when it is read. */
  readonly bytes: number;
}

export interface Collection {
  readonly files: readonly Collected[];
  readonly bytes: number;
  /** Whether it is all of one directory. */
  readonly whole: boolean;
  /** Paths that no file of a set may have. */
  readonly unfit: readonly string[];
}

/** What programs leave beside the files of people; the Python client passes over the same. */
const PASSED_OVER = new Set(['__pycache__', '.ipynb_checkpoints', '.git']);

type Reader = Pick<Contents.IManager, 'get'>;

/** What a path is, without its content. */
async function look(contents: Reader, path: string): Promise<Contents.IModel> {
  return contents.get(path, { content: false });
}

/**
 * All files that are marked or lie below marked directories. Of a single directory the files come
 * directly, as its own name says nothing about them; several things keep their names.
 */
export async function collectFiles(
  contents: Reader,
  paths: readonly string[],
  signal?: AbortSignal
): Promise<Collection> {
  const files: Collected[] = [];
  const unfit: string[] = [];
  const add = async (model: Contents.IModel, path: string): Promise<void> => {
    signal?.throwIfAborted();
    if (PASSED_OVER.has(model.name)) {
      return;
    }
    if (model.type === 'directory') {
      await below(model, `${path}/`);
    } else if (FilePath.safeParse(path).success) {
      files.push({ path: path.normalize('NFC'), source: model.path, bytes: model.size ?? 0 });
    } else {
      unfit.push(path);
    }
  };
  const below = async ({ path }: Contents.IModel, prefix: string): Promise<void> => {
    const listing = await contents.get(path, { content: true, type: 'directory' });
    for (const entry of listing.content as Contents.IModel[]) {
      await add(entry, prefix + entry.name);
    }
  };
  const models = await Promise.all(paths.map(path => look(contents, path)));
  const [first] = models;
  const whole = models.length === 1 && first?.type === 'directory';
  if (whole) {
    await below(first, '');
  } else {
    for (const model of models) {
      await add(model, model.name);
    }
  }
  return { files, whole, unfit, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
}

/** Reads a file of JupyterLab's whole, from whichever drive. @throws Error it cannot be read */
export async function readSource(
  contents: Pick<Contents.IManager, 'getDownloadUrl'>,
  source: string,
  signal?: AbortSignal
): Promise<Blob> {
  const url = await contents.getDownloadUrl(source);
  const response = await fetch(url, { credentials: 'same-origin', ...(signal && { signal }) });
  if (!response.ok) {
    throw new Error(`${source}: HTTP ${response.status}`);
  }
  return response.blob();
}
