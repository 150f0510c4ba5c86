import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ArtifactWork } from './messages.ts';
import type { VersionImage } from './read-version.ts';
import { makeTrainingData, placed } from './training-files.ts';
import { upright } from './upright.ts';
import type { Workbench } from './worker.ts';

/** Says that a directory is whole, how much is in it and since which start of the machine. */
export const MARKER = '.topsdl.json';

export interface Marker {
  readonly bootId: string;
  readonly bytes: number;
}

/** Changes with every start of the machine. */
export function machineBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux: what was made before this process is not trusted.
    return `process ${process.pid}`;
  }
}

type FilesWork = Extract<ArtifactWork, { kind: 'files' }>;

const FILE_MODE = 0o444;

/**
 * Writes a version as files for jobs; docs/features/datasets.md describes the layout. It is renamed
 * into place when it is whole. Nothing is synced: what a crash of the machine might have left is told
 * by the marker's boot id and made again.
 */
export async function writeFiles(bench: Workbench, work: FilesWork): Promise<{ bytes: number }> {
  const temporary = join(dirname(work.target), `.${basename(work.target)}.${randomUUID()}`);
  try {
    let bytes = await writeLists(bench, work, temporary);
    await makeReadable(temporary);
    const images = placed(bench.version.images);
    bytes += await writeImages(bench, images, temporary);
    const annotations = describe(bench, images);
    bytes += annotations.length;
    await writeFile(join(temporary, 'annotations.json'), annotations, { mode: FILE_MODE });
    const marker: Marker = { bootId: machineBootId(), bytes };
    await writeFile(join(temporary, MARKER), JSON.stringify(marker), { mode: FILE_MODE });
    await rename(temporary, work.target);
    return { bytes };
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Classes, splits and records: linked from training data that is there, or made as it is made. */
async function writeLists(bench: Workbench, work: FilesWork, directory: string): Promise<number> {
  const { version } = bench;
  if (work.trainingData !== null) {
    return linkTree(work.trainingData, directory);
  }
  if (version.images.some(image => image.label !== null)) {
    return (await makeTrainingData(bench, directory, work.split)).bytes;
  }
  await mkdir(directory, { mode: 0o755 });
  const classes = Buffer.from(version.labels.map(({ name }) => `${name}\n`).join(''));
  await writeFile(join(directory, 'classes.txt'), classes, { mode: FILE_MODE });
  return classes.length;
}

async function linkTree(source: string, target: string): Promise<number> {
  await mkdir(target, { mode: 0o755 });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) {
      await linkTree(from, to);
    } else {
      await link(from, to).catch(() => copyFile(from, to));
    }
  }
  return 0;
}

/** Training data is its owner's alone; a job may run as someone else, who reads it and cannot change it. */
async function makeReadable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    await (entry.isDirectory() ? makeReadable(path) : chmod(path, FILE_MODE));
  }
}

async function writeImages(
  bench: Workbench,
  images: readonly { image: VersionImage; path: string }[],
  directory: string
): Promise<number> {
  const made = new Set<string>();
  let bytes = 0;
  for (const [index, { image, path }] of images.entries()) {
    const folder = dirname(path);
    if (!made.has(folder)) {
      mkdirSync(join(directory, folder), { recursive: true, mode: 0o755 });
      made.add(folder);
    }
    const content = await upright(bench.reader.read(image), image);
    const file = openSync(join(directory, path), 'wx', FILE_MODE);
    try {
      for (let done = 0; done < content.length;) {
        done += writeSync(file, content, done);
      }
    } finally {
      closeSync(file);
    }
    bytes += content.length;
    bench.progress('writing', index + 1, images.length);
  }
  return bytes;
}

/** The annotations in our own form, an image a line. */
function describe(
  { version }: Workbench,
  images: readonly { image: VersionImage; path: string }[]
): Buffer {
  const labels = version.labels.map(({ name, color }) => ({ name, color }));
  const lines = images.map(({ image, path }) => {
    const { name, width, height, label, source, score } = image;
    const annotations = label === null ? [] : [{ kind: 'classification', label, source, score }];
    return JSON.stringify({ file: path, name, width, height, annotations });
  });
  return Buffer.from(
    `{"format":"topsdl","formatVersion":1,"annotationType":"classification",\n` +
      `"labels":${JSON.stringify(labels)},\n"images":[\n${lines.join(',\n')}\n]}\n`
  );
}
