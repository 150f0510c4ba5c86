import type { Contents } from '@jupyterlab/services';
import { collectFiles, readSource, type Collected, type WorkControl } from '@topsdl/ui';
import { IMAGE, SINGLE_IMAGES } from './packing.ts';
import { tarOf } from './tar.ts';

const ARCHIVE = /\.(zip|tar|tar\.gz|tgz)$/i;
const AT_ONCE = 4;

type Reader = Pick<Contents.IManager, 'get' | 'getDownloadUrl'>;

/**
 * Marked files of JupyterLab's as an import takes them: archives as they are, images one by one, and
 * folders, or more images than one wants to see in a list, as one archive, where folders keep their names.
 */
export async function bringFiles(
  contents: Reader,
  paths: readonly string[],
  { signal, progress }: WorkControl
): Promise<File[]> {
  const archives = paths.filter(path => ARCHIVE.test(path));
  const others = paths.filter(path => !ARCHIVE.test(path));
  const images = (await collectImages(contents, others, signal)).filter(({ path }) =>
    IMAGE.test(path)
  );
  const packed = images.length > SINGLE_IMAGES || images.some(({ path }) => path.includes('/'));
  const sources = [...archives.map(path => ({ path, source: path })), ...images];
  const blobs = new Map<string, Blob>();
  const waiting = [...sources];
  const reader = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      blobs.set(next.source, await readSource(contents, next.source, signal));
      progress(blobs.size / sources.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  const blob = (source: string) => blobs.get(source) ?? new Blob();
  const file = (path: string) => new File([blob(path)], nameOf(path));
  const [first] = others;
  return [
    ...archives.map(file),
    ...(packed && first !== undefined
      ? [
          new File(
            [tarOf(images.map(({ path, source }) => ({ path, content: blob(source) })))],
            `${nameOf(first)}.tar`
          )
        ]
      : images.map(({ source }) => file(source)))
  ];
}

/** A folder's name is a label as likely as not: it stays, also of a single one. */
async function collectImages(
  contents: Reader,
  paths: readonly string[],
  signal: AbortSignal
): Promise<Collected[]> {
  const all: Collected[] = [];
  for (const path of paths) {
    const { files, whole } = await collectFiles(contents, [path], signal);
    all.push(
      ...files.map(file => (whole ? { ...file, path: `${nameOf(path)}/${file.path}` } : file))
    );
  }
  return all;
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.indexOf(':')) + 1);
}
