import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TfRecordWriter } from '../tfrecord/writer.ts';
import { csvLine } from './label-file.ts';
import { stratify } from './stratify.ts';
import type {
  LabeledImage,
  TrainingDataFile,
  TrainingDataOptions,
  TrainingDataReport
} from './types.ts';

const SHARD_BYTES = 256 * 1024 ** 2;

/**
 * Writes training data for classification: `classes.txt`, `train_label_file.txt`,
 * `test_label_file.txt` (a `data,label` line an image, no heading, quoted as RFC 4180 has it) and
 * TFRecords under `train/` and `evaluate/`. With fewer than 10 images there is no test file and no
 * `evaluate/`. The same images and seed give the same bytes.
 *
 * It is built beside `directory` under a temporary name, synced and renamed: it is there whole or not
 * at all. Writing blocks: meant for a worker thread.
 *
 * @param directory must not exist; its parent must
 * @throws Error a path is there twice, or a label is none of `classes`
 */
export async function writeTrainingData(
  directory: string,
  images: AsyncIterable<LabeledImage> | Iterable<LabeledImage>,
  options: TrainingDataOptions
): Promise<TrainingDataReport> {
  const temporary = join(dirname(directory), `.${basename(directory)}.${randomUUID()}`);
  await mkdir(temporary, { mode: 0o700 });
  try {
    const report = await build(temporary, await collect(images, options), options);
    await rename(temporary, directory);
    await sync(dirname(directory));
    return report;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function collect(
  images: AsyncIterable<LabeledImage> | Iterable<LabeledImage>,
  { signal }: TrainingDataOptions
): Promise<LabeledImage[]> {
  const all: LabeledImage[] = [];
  const paths = new Set<string>();
  for await (const image of images) {
    signal?.throwIfAborted();
    if (paths.has(image.path)) {
      throw new Error(`two images are called ${image.path}`);
    }
    paths.add(image.path);
    all.push(image);
  }
  return all;
}

/** Labels in code point order, which is that of their UTF-8 bytes. */
function occurring(images: readonly LabeledImage[]): string[] {
  return [...new Set(images.map(({ label }) => label))].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b))
  );
}

async function build(
  directory: string,
  images: readonly LabeledImage[],
  options: TrainingDataOptions
): Promise<TrainingDataReport> {
  const classes = options.classes ?? occurring(images);
  const indices = new Map(classes.map((name, index) => [name, index]));
  const { train, test } = stratify(images, options.seed, options.testShare);
  let written = 0;
  const progress = () => options.onProgress?.(++written, images.length);
  const part = async (name: string, list: string, items: readonly LabeledImage[]) => {
    await writeRecords(join(directory, name), name, items, indices, options, progress);
    const lines = items.map(({ path, label }) => csvLine(path, label));
    await writeSynced(join(directory, list), lines.join(''));
  };
  await writeSynced(join(directory, 'classes.txt'), classes.map(name => `${name}\n`).join(''));
  await part('train', 'train_label_file.txt', train);
  if (test.length > 0) {
    await part('evaluate', 'test_label_file.txt', test);
  }
  await sync(directory);
  return { classes, train: train.length, test: test.length, files: await listFiles(directory) };
}

/** Writes `<name>-00000-of-00002.tfrecord` and so on; the count is known, and put in, at the end. */
async function writeRecords(
  directory: string,
  name: string,
  images: readonly LabeledImage[],
  indices: ReadonlyMap<string, number>,
  options: TrainingDataOptions,
  progress: () => void
): Promise<void> {
  const limit = options.shardBytes ?? SHARD_BYTES;
  await mkdir(directory, { mode: 0o700 });
  const shardPath = (index: number) => join(directory, String(index));
  let shards = 0;
  let writer: TfRecordWriter | undefined;
  try {
    for (const image of images) {
      options.signal?.throwIfAborted();
      const label = indices.get(image.label);
      if (label === undefined) {
        throw new Error(`the label “${image.label}” is none of the classes`);
      }
      const encoded = await image.read();
      if (writer && writer.bytes > 0 && writer.bytes + encoded.length > limit) {
        writer.finish();
        writer = undefined;
      }
      writer ??= new TfRecordWriter(shardPath(shards++));
      const { path: filename, format, width, height, label: text } = image;
      writer.write({ encoded, format, filename, height, width, label, text });
      progress();
    }
    writer?.finish();
    writer = undefined;
  } finally {
    writer?.abandon();
  }
  const digits = (value: number) => String(value).padStart(5, '0');
  for (let index = 0; index < shards; index++) {
    const final = `${name}-${digits(index)}-of-${digits(shards)}.tfrecord`;
    await rename(shardPath(index), join(directory, final));
  }
  await sync(directory);
}

async function writeSynced(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600, flush: true });
}

async function sync(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}

async function listFiles(directory: string): Promise<TrainingDataFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files: TrainingDataFile[] = [];
  for (const entry of entries) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      const { size } = await stat(path);
      files.push({ path: path.slice(directory.length + 1), bytes: size });
    }
  }
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}
