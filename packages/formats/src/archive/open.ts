import { ArchiveError } from '../problem.ts';
import { BlockReader } from './block-reader.ts';
import { FileSource, GzipSource } from './sequential.ts';
import { isTarHeader, isZeroBlock, TAR_BLOCK } from './tar-header.ts';
import { TarArchive } from './tar.ts';
import { DEFAULT_LIMITS, type Archive, type ArchiveLimits } from './types.ts';
import { ZipArchive } from './zip.ts';

/** Kinds that are recognised so that the refusal can name them. */
const UNSUPPORTED: readonly (readonly [signature: string, name: string])[] = [
  ['Rar!\x1a\x07', 'rar'],
  ["7z\xbc\xaf'\x1c", '7z'],
  ['BZh', 'bzip2'],
  ['\xfd7zXZ\0', 'xz'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['MSCF', 'cab'],
  ['PK\x07\x08', 'multi-volume zip']
];

/**
 * Opens an archive by its content, whatever its name. Reading blocks (large positional reads): it is
 * meant for a worker thread.
 *
 * @throws ArchiveError it is none, of a kind that cannot be read, encrypted, damaged or a bomb
 */
export async function openArchive(
  path: string,
  limits: Partial<ArchiveLimits> = {}
): Promise<Archive> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const reader = new BlockReader(path);
  try {
    return recognise(path, reader, all);
  } catch (error) {
    reader.close();
    throw error;
  }
}

function recognise(path: string, reader: BlockReader, limits: ArchiveLimits): Archive {
  const { size } = reader;
  if (size > limits.archiveBytes) {
    throw new ArchiveError('archive.size', { limit: limits.archiveBytes });
  }
  if (size === 0) {
    throw new ArchiveError('archive.empty');
  }
  const head = reader.view(0, Math.min(size, TAR_BLOCK));
  const start = head.toString('latin1', 0, 8);
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) {
    return new ZipArchive(path, reader, limits);
  }
  if (start.startsWith('\x1f\x8b')) {
    reader.close();
    return new TarArchive('tar.gz', new GzipSource(path, size, limits), size, limits);
  }
  const unsupported = UNSUPPORTED.find(([signature]) => start.startsWith(signature));
  if (unsupported) {
    throw new ArchiveError('archive.unsupported', { found: unsupported[1] });
  }
  if (isTarHeader(head) || isZeroBlock(head)) {
    return new TarArchive('tar', new FileSource(reader), size, limits);
  }
  throw new ArchiveError('archive.unknown', { found: '?' });
}
