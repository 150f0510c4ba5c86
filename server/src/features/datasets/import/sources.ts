import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import {
  ArchiveError,
  DEFAULT_LIMITS,
  formatByName,
  readImages,
  takeImage,
  type ImportedFile
} from '@topsdl/formats';
import type { ImportSource } from './messages.ts';

/** What a source holds. A file that is no archive, and does not say that it is one, is judged as a picture. */
export async function* entriesOf(
  source: ImportSource,
  onProgress: (position: number) => void,
  onPlain: () => void
): AsyncGenerator<ImportedFile> {
  if (!isPicture(source)) {
    try {
      yield* readImages(source.path, { onProgress });
      return;
    } catch (error) {
      const unknown = error instanceof ArchiveError && error.code === 'archive.unknown';
      if (!unknown || ARCHIVE_NAME.test(source.fileName)) {
        throw error;
      }
    }
  }
  onPlain();
  yield readPlain(source);
}

const ARCHIVE_NAME = /\.(zip|tar|gz|tgz)$/i;

/** Whether a file is a picture by itself, or says so by its name. */
function isPicture({ path, fileName }: ImportSource): boolean {
  if (formatByName(fileName)) {
    return true;
  }
  const file = openSync(path, 'r');
  const magic = Buffer.alloc(8);
  const read = readSync(file, magic, 0, 8, 0);
  closeSync(file);
  return (
    (read >= 3 && magic[0] === 0xff && magic[1] === 0xd8 && magic[2] === 0xff) ||
    magic.equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  );
}

function readPlain({ path, fileName: given }: ImportSource): ImportedFile {
  const fileName = baseName(given);
  const bytes = statSync(path).size;
  const limit = DEFAULT_LIMITS.entryBytes;
  return bytes > limit
    ? {
        kind: 'refused',
        path: fileName,
        problem: { code: 'entry.tooLarge', params: { bytes, limit } }
      }
    : takeImage(fileName, readFileSync(path));
}

/** The last part of what a browser or a script calls a file, without what no name may hold. */
function baseName(fileName: string): string {
  const name = fileName
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[\u0000-\u001f\u007f]/g, '_');
  return name === '' || name === '.' || name === '..' ? 'image' : name;
}
