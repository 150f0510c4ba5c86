import { hash } from 'node:crypto';
import { openArchive } from '../archive/open.ts';
import type { FileEntry } from '../archive/types.ts';
import { inspectImage } from '../image/inspect.ts';
import { formatByName } from '../image/names.ts';
import type { ImageLimits } from '../image/types.ts';
import { EntryError } from '../problem.ts';
import type { ImportedFile, ReadImagesOptions } from './types.ts';

/** A call of `onProgress` after so many bytes of the archive. */
const PROGRESS_BYTES = 4 * 1024 * 1024;

/**
 * Reads the images of an archive in one pass: unpacked, structure checked, hashed. Directories give
 * nothing. Duplicates are the caller's to find, by hash. Blocks: meant for a worker thread.
 *
 * @param path of a zip, tar or tar.gz
 * @throws ArchiveError nothing of the archive may be kept, also of what was given before
 */
export async function* readImages(
  path: string,
  options: ReadImagesOptions = {}
): AsyncGenerator<ImportedFile, void, undefined> {
  await using archive = await openArchive(path, options.archive);
  let reported = 0;
  for await (const entry of archive.entries()) {
    options.signal?.throwIfAborted();
    if (archive.position - reported >= PROGRESS_BYTES) {
      reported = archive.position;
      options.onProgress?.(reported, archive.bytes);
    }
    switch (entry.kind) {
      case 'file':
        yield await readImage(entry, options.image);
        break;
      case 'refused':
        yield entry;
        break;
      case 'system':
        yield { kind: 'skipped', path: entry.path };
        break;
      case 'directory':
        break;
    }
  }
  options.onProgress?.(archive.bytes, archive.bytes);
}

async function readImage(
  entry: FileEntry,
  limits: Partial<ImageLimits> | undefined
): Promise<ImportedFile> {
  const { path } = entry;
  if (!formatByName(path)) {
    return { kind: 'refused', path, problem: { code: 'entry.extension', params: {} } };
  }
  let bytes: Buffer;
  try {
    bytes = await entry.read();
  } catch (error) {
    if (error instanceof EntryError) {
      return { kind: 'refused', path, problem: error.problem };
    }
    throw error;
  }
  return takeImage(path, bytes, limits);
}

/**
 * Judges one file: taken if it is a whole picture, and the one that its name says where it says any.
 *
 * @param path what it is called
 */
export function takeImage(
  path: string,
  bytes: Buffer,
  limits: Partial<ImageLimits> = {}
): ImportedFile {
  const inspection = inspectImage(bytes, limits);
  if (!inspection.ok) {
    return { kind: 'refused', path, problem: inspection.problem };
  }
  const { format } = inspection.image;
  const expected = formatByName(path) ?? format;
  if (format !== expected) {
    const params = { found: format.toUpperCase(), expected: expected.toUpperCase() };
    return { kind: 'refused', path, problem: { code: 'entry.format', params } };
  }
  const sha256 = hash('sha256', bytes, 'buffer');
  return { kind: 'image', path, image: inspection.image, sha256, bytes };
}
