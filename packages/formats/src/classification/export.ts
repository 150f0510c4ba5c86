import { writeZip, type ZipInput } from '../archive/zip-writer.ts';
import { csvLine } from '../split/label-file.ts';
import { ExportNames } from './export-names.ts';
import type { ExportedImage, ExportOptions } from './types.ts';

const CHUNK_BYTES = 64 * 1024;

/** Joins small texts into chunks of some size, so that a line is not a write. */
async function* chunked(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let pending = '';
  for await (const text of texts) {
    pending += text;
    if (pending.length >= CHUNK_BYTES) {
      yield Buffer.from(pending);
      pending = '';
    }
  }
  if (pending !== '') {
    yield Buffer.from(pending);
  }
}

async function* annotations(
  images: ExportOptions['images'],
  labels: readonly { readonly name: string; readonly color: string }[]
): AsyncGenerator<string> {
  const names = new ExportNames();
  yield '{"format":"topsdl","formatVersion":1,"annotationType":"classification",\n';
  yield `"labels":${JSON.stringify(labels)},\n"images":[`;
  let separator = '\n';
  for await (const image of images) {
    yield separator + JSON.stringify(annotated(image, names.pathOf('images/', image)));
    separator = ',\n';
  }
  yield '\n]}\n';
}

function annotated(image: ExportedImage, file: string) {
  const { width, height, bytes, sha256, label, source, score } = image;
  const shape = label === null ? [] : [{ kind: 'classification', label, source, score }];
  return { file, width, height, bytes, sha256, annotations: shape };
}

/**
 * Exports in our own form: `annotations.json`, with an image a line, and the files under `images/`.
 *
 * @returns chunks of a zip file
 */
export function exportTopsdl(options: ExportOptions): AsyncGenerator<Uint8Array, void, undefined> {
  return writeZip(topsdlEntries(options));
}

async function* topsdlEntries(options: ExportOptions): AsyncGenerator<ZipInput> {
  const { images, labels, withData } = options;
  yield { path: 'annotations.json', content: chunked(annotations(images, labels)) };
  if (!withData) {
    return;
  }
  const names = new ExportNames();
  for await (const image of images) {
    options.signal?.throwIfAborted();
    yield { path: names.pathOf('images/', image), content: await image.read() };
  }
}

/**
 * Exports as class folders: a folder for each label, unlabeled images beside them. Without data it is
 * the list alone: `labels.csv` with `data,label` lines and `classes.txt`.
 *
 * @returns chunks of a zip file
 */
export function exportClassFolders(
  options: ExportOptions
): AsyncGenerator<Uint8Array, void, undefined> {
  return writeZip(options.withData ? folderEntries(options) : listEntries(options));
}

const folderOf = (image: ExportedImage) => (image.label === null ? '' : `${image.label}/`);

async function* folderEntries(options: ExportOptions): AsyncGenerator<ZipInput> {
  const names = new ExportNames();
  for await (const image of options.images) {
    options.signal?.throwIfAborted();
    yield { path: names.pathOf(folderOf(image), image), content: await image.read() };
  }
}

async function* listEntries(options: ExportOptions): AsyncGenerator<ZipInput> {
  const classes = options.labels.map(({ name }) => `${name}\n`).join('');
  yield { path: 'classes.txt', content: Buffer.from(classes) };
  yield { path: 'labels.csv', content: chunked(labelLines(options)) };
}

async function* labelLines({ images }: ExportOptions): AsyncGenerator<string> {
  const names = new ExportNames();
  for await (const image of images) {
    const path = names.pathOf(folderOf(image), image);
    if (image.label !== null) {
      yield csvLine(path, image.label);
    }
  }
}
