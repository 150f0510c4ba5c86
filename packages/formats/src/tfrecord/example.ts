import { BYTES, readFields, readPacked, varintLength, writeVarint } from './protobuf.ts';
import type { ImageExample } from './types.ts';

/**
 * `tf.train.Example` (tensorflow/core/example/example.proto) for an image, written by hand:
 *
 *     Example  { Features features = 1; }
 *     Features { map<string, Feature> feature = 1; }   each entry { key = 1; value = 2 }
 *     Feature  { BytesList = 1 | FloatList = 2 | Int64List = 3 }, a list { repeated value = 1 }
 *
 * Entries are in the order of their keys, so that the same image always gives the same bytes.
 */

const tag = (field: number) => (field << 3) | BYTES;
const FIRST = tag(1);
const SECOND = tag(2);
const INT64_LIST = tag(3);

const key = (name: string) => Buffer.from(name, 'ascii');
const LABEL = key('image/class/label');
const TEXT = key('image/class/text');
const ENCODED = key('image/encoded');
const FILENAME = key('image/filename');
const FORMAT = key('image/format');
const HEIGHT = key('image/height');
const WIDTH = key('image/width');

/** Length of a field of bytes: tag, length, content. */
const field = (length: number) => 1 + varintLength(length) + length;

interface Entry {
  readonly key: Buffer;
  readonly value: Uint8Array | number;
  /** Lengths of the list, of the feature around it and of the entry around both. */
  readonly list: number;
  readonly feature: number;
  readonly length: number;
}

function entry(name: Buffer, value: Uint8Array | number): Entry {
  const list = field(typeof value === 'number' ? varintLength(value) : value.length);
  const feature = field(list);
  return { key: name, value, list, feature, length: field(name.length) + field(feature) };
}

/** An example with its length known, ready to be written to where there is room. */
export interface PreparedExample {
  readonly length: number;
  /** @returns where it ends */
  write(bytes: Uint8Array, offset: number): number;
}

/** Prepares an example's bytes. Numbers must be whole and not negative. */
export function prepareExample(example: ImageExample): PreparedExample {
  const entries = [
    entry(LABEL, example.label),
    entry(TEXT, Buffer.from(example.text)),
    entry(ENCODED, example.encoded),
    entry(FILENAME, Buffer.from(example.filename)),
    entry(FORMAT, Buffer.from(example.format)),
    entry(HEIGHT, example.height),
    entry(WIDTH, example.width)
  ];
  const features = entries.reduce((sum, { length }) => sum + field(length), 0);
  return {
    length: field(features),
    write(bytes, offset) {
      const open = (type: number, length: number) => {
        bytes[at++] = type;
        at = writeVarint(bytes, at, length);
      };
      const put = (content: Uint8Array) => {
        bytes.set(content, at);
        at += content.length;
      };
      let at = offset;
      open(FIRST, features);
      for (const { key: name, value, list, feature, length } of entries) {
        open(FIRST, length);
        open(FIRST, name.length);
        put(name);
        open(SECOND, feature);
        if (typeof value === 'number') {
          open(INT64_LIST, list);
          open(FIRST, varintLength(value));
          at = writeVarint(bytes, at, value);
        } else {
          open(FIRST, list);
          open(FIRST, value.length);
          put(value);
        }
      }
      return at;
    }
  };
}

const only = (bytes: Buffer | undefined, number: number) =>
  bytes && readFields(bytes)?.find(f => f.number === number)?.bytes;

/**
 * Reads an example as {@link prepareExample} writes it; features of other names are passed over.
 *
 * @returns undefined if the bytes are no example, or a feature is missing
 */
export function parseExample(bytes: Buffer): ImageExample | undefined {
  const features = readFields(only(bytes, 1) ?? Buffer.alloc(0));
  const values = new Map<string, Buffer | number>();
  for (const { bytes: pair } of features ?? []) {
    const feature = readFields(only(pair, 2) ?? Buffer.alloc(0))?.[0];
    const name = only(pair, 1)?.toString('latin1');
    const list = feature && readFields(feature.bytes)?.[0];
    if (name === undefined || !list) {
      continue;
    }
    if (feature.number === 3) {
      const number = list.type === BYTES ? readPacked(list.bytes)?.[0] : list.value;
      values.set(name, number ?? 0);
    } else {
      values.set(name, list.bytes);
    }
  }
  const bytesOf = (name: Buffer) => {
    const value = values.get(name.toString('latin1'));
    return typeof value === 'number' ? undefined : value;
  };
  const numberOf = (name: Buffer) => {
    const value = values.get(name.toString('latin1'));
    return typeof value === 'number' ? value : undefined;
  };
  const encoded = bytesOf(ENCODED);
  const label = numberOf(LABEL);
  const height = numberOf(HEIGHT);
  const width = numberOf(WIDTH);
  if (!encoded || label === undefined || height === undefined || width === undefined) {
    return undefined;
  }
  const text = (name: Buffer) => bytesOf(name)?.toString() ?? '';
  return {
    encoded,
    label,
    height,
    width,
    text: text(TEXT),
    filename: text(FILENAME),
    format: text(FORMAT)
  };
}
