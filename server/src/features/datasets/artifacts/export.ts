import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exportClassFolders, exportTopsdl, type ExportedImage } from '@topsdl/formats';
import { syncDirectory } from '../../../files/atomic.ts';
import type { ArtifactWork } from './messages.ts';
import { upright } from './upright.ts';
import type { Workbench } from './worker.ts';

/** Chunks are gathered to this before they are written. */
const WRITE_BYTES = 1024 ** 2;

type ExportWork = Extract<ArtifactWork, { kind: 'export' }>;

/** Writes an export beside its place, synced, and renames it there. */
export async function writeExport(bench: Workbench, work: ExportWork): Promise<{ bytes: number }> {
  const { version } = bench;
  const passes = work.withData && work.format === 'topsdl' ? 2 : 1;
  const total = version.images.length * passes;
  let done = 0;
  const images: AsyncIterable<ExportedImage> = {
    async *[Symbol.asyncIterator]() {
      for (const image of version.images) {
        bench.progress('exporting', ++done, total);
        yield await exported(bench, image, work.withData);
      }
    }
  };
  const write = work.format === 'topsdl' ? exportTopsdl : exportClassFolders;
  const chunks = write({ images, labels: version.labels, withData: work.withData });
  const temporary = join(dirname(work.target), `.${basename(work.target)}.${randomUUID()}`);
  try {
    const bytes = await writeChunks(temporary, chunks);
    await rename(temporary, work.target);
    await syncDirectory(dirname(work.target));
    return { bytes };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A picture that is stored turned is exported upright, and described as it is exported. */
async function exported(
  { reader }: Workbench,
  image: Workbench['version']['images'][number],
  withData: boolean
): Promise<ExportedImage> {
  const { name, format, width, height, sha256, label, source, score } = image;
  const common = { name, format, width, height, label, source, score };
  if (!withData || image.orientation === 1) {
    return { ...common, bytes: image.length, sha256, read: () => reader.read(image) };
  }
  const turned = await upright(reader.read(image), image);
  return {
    ...common,
    bytes: turned.length,
    sha256: createHash('sha256').update(turned).digest('hex'),
    read: () => turned
  };
}

async function writeChunks(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    let bytes = 0;
    let pending: Buffer[] = [];
    let size = 0;
    const flush = async () => {
      await file.writeFile(Buffer.concat(pending));
      pending = [];
      size = 0;
    };
    for await (const chunk of chunks) {
      bytes += chunk.length;
      // A chunk is a view that is good until the next one is asked for.
      pending.push(Buffer.from(chunk));
      size += chunk.length;
      if (size >= WRITE_BYTES) {
        await flush();
      }
    }
    await flush();
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}
