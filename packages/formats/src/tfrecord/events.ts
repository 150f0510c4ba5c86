import { open } from 'node:fs/promises';
import { FIXED32, readFields, readPacked, VARINT, type Field } from './protobuf.ts';
import { readRecords } from './records.ts';
import type { ScalarChunk, ScalarPoint } from './types.ts';

const DEFAULT_BYTES = 8 * 1024 * 1024;

/** Types of a tensor (tensorflow/core/framework/types.proto). */
const FLOAT = 1;
const DOUBLE = 2;
const INT32 = 3;
const INT64 = 9;

/**
 * Reads the scalars of a TensorBoard event file from a byte offset: what `add_scalar` of tensorboardX
 * and torch and `tf.summary.scalar` write, as `simple_value` or as a tensor of one number.
 *
 * Call it again with the offset it returns to follow a file that grows; a record that is still being
 * written is left for then. A record longer than `maxBytes` is passed over: it holds pictures or
 * graphs, and no scalar is that long.
 *
 * @param offset where to begin, as returned before; 0 at first
 * @param maxBytes how much is read at once, at least 4096
 */
export async function readScalars(
  path: string,
  offset = 0,
  maxBytes = DEFAULT_BYTES
): Promise<ScalarChunk> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const wanted = Math.min(Math.max(maxBytes, 4096), Math.max(0, size - offset));
  const buffer = Buffer.allocUnsafe(wanted);
  let filled = 0;
  while (filled < wanted) {
    const { bytesRead } = await file.read(buffer, filled, wanted - filled, offset + filled);
    if (bytesRead === 0) {
      break;
    }
    filled += bytesRead;
  }
  const { records, end, damaged, next } = readRecords(buffer.subarray(0, filled));
  const points = records.flatMap(readEvent);
  const tooLong = records.length === 0 && next !== undefined && next > filled;
  if (tooLong && next > wanted && offset + next <= size) {
    return { points, offset: offset + next, atEnd: offset + next === size, damaged };
  }
  const atEnd = offset + filled >= size;
  return { points, offset: offset + end, atEnd, damaged };
}

/** How {@link readScalars} is called, for those who are given it. */
export type ReadScalars = typeof readScalars;

const find = (fields: readonly Field[], number: number) => fields.find(f => f.number === number);

/** `Event { double wall_time = 1; int64 step = 2; Summary summary = 5; }` (core/util/event.proto) */
function readEvent(record: Buffer): ScalarPoint[] {
  const event = readFields(record);
  const summary = event && find(event, 5);
  if (!summary) {
    return [];
  }
  const time = find(event, 1)?.bytes;
  const wallTime = time?.length === 8 ? time.readDoubleLE(0) : 0;
  const step = find(event, 2)?.value ?? 0;
  const points: ScalarPoint[] = [];
  for (const { number, bytes } of readFields(summary.bytes) ?? []) {
    const point = number === 1 ? readValue(bytes) : undefined;
    if (point) {
      points.push({ ...point, step, wallTime });
    }
  }
  return points;
}

/** `Summary.Value { string tag = 1; float simple_value = 2; TensorProto tensor = 8; metadata = 9; }` */
function readValue(bytes: Buffer): { tag: string; value: number } | undefined {
  const fields = readFields(bytes);
  const tag = fields && find(fields, 1)?.bytes.toString();
  if (!tag) {
    return undefined;
  }
  const simple = find(fields, 2);
  if (simple?.type === FIXED32) {
    return { tag, value: simple.bytes.readFloatLE(0) };
  }
  const tensor = find(fields, 8);
  const plugin = pluginOf(find(fields, 9)?.bytes);
  if (!tensor || (plugin !== undefined && plugin !== 'scalars')) {
    return undefined;
  }
  const value = readTensor(tensor.bytes);
  return value === undefined ? undefined : { tag, value };
}

/** `SummaryMetadata { PluginData plugin_data = 1 { string plugin_name = 1 } }` */
function pluginOf(metadata: Buffer | undefined): string | undefined {
  const data = metadata && find(readFields(metadata) ?? [], 1)?.bytes;
  return data && find(readFields(data) ?? [], 1)?.bytes.toString();
}

/** The number of a tensor that holds one (core/framework/tensor.proto); undefined for others. */
function readTensor(bytes: Buffer): number | undefined {
  const fields = readFields(bytes);
  if (!fields) {
    return undefined;
  }
  const sizes = readFields(find(fields, 2)?.bytes ?? Buffer.alloc(0)) ?? [];
  for (const size of sizes) {
    const count = size.number === 2 ? find(readFields(size.bytes) ?? [], 1)?.value : 1;
    if (count !== 1) {
      return undefined;
    }
  }
  const content = find(fields, 4)?.bytes;
  // The value stands either in tensor_content or in the list of its type.
  const raw = (list: number, width: number) => {
    const found = content?.length ? content : find(fields, list)?.bytes;
    return found?.length === width ? found : undefined;
  };
  switch (find(fields, 1)?.value) {
    case FLOAT:
      return raw(5, 4)?.readFloatLE(0);
    case DOUBLE:
      return raw(6, 8)?.readDoubleLE(0);
    case INT32:
      return content?.length === 4 ? content.readInt32LE(0) : listed(fields, 7);
    case INT64:
      return content?.length === 8 ? Number(content.readBigInt64LE(0)) : listed(fields, 10);
    default:
      return undefined;
  }
}

/** A number of a packed or single varint field. */
function listed(fields: readonly Field[], number: number): number | undefined {
  const field = find(fields, number);
  return field?.type === VARINT ? field.value : field && readPacked(field.bytes)?.[0];
}
