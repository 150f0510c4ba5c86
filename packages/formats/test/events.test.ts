import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { maskedCrc32c, readScalars, type ScalarPoint } from '@topsdl/formats';
import { fileOf, newPath, python, read, scratch } from './support.ts';

const directory = scratch();

/** The one event file in a folder that a program wrote as `argv[0]`. */
function eventsOf(program: string): string {
  const folder = newPath(directory);
  python(program, folder);
  return join(
    folder,
    readdirSync(folder).find(name => name.includes('tfevents'))!
  );
}

/** All points, read in pieces. */
async function all(path: string, maxBytes?: number): Promise<ScalarPoint[]> {
  const points: ScalarPoint[] = [];
  for (let offset = 0; ;) {
    const chunk = await readScalars(path, offset, maxBytes);
    expect(chunk.damaged).toBe(false);
    points.push(...chunk.points);
    offset = chunk.offset;
    if (chunk.atEnd) {
      return points;
    }
  }
}

const tensorboardX = eventsOf(`
from tensorboardX import SummaryWriter
import numpy
w = SummaryWriter(argv[0])
for step in range(100):
    w.add_scalar('loss', 1 / (step + 1), step, walltime=1000.5 + step)
    w.add_scalars('both', {'a': step}, step) if step == 0 else None
    w.add_histogram('weights', numpy.arange(50), step)
    w.add_text('note', 'text', step)
w.add_scalar('精度', float('nan'), -1, walltime=1)
w.add_scalar('big', float('inf'), 2**40, walltime=1)
w.close()`);

test('reads what tensorboardX writes, scalars only', async () => {
  const points = await all(tensorboardX);
  const loss = points.filter(point => point.tag === 'loss');
  expect(loss).toHaveLength(100);
  expect(loss[3]).toEqual({ tag: 'loss', step: 3, value: 0.25, wallTime: 1003.5 });
  expect(points.slice(-2)).toEqual([
    { tag: '精度', step: -1, value: NaN, wallTime: 1 },
    { tag: 'big', step: 2 ** 40, value: Infinity, wallTime: 1 }
  ]);
  expect([...new Set(points.map(point => point.tag))]).toEqual(['loss', '精度', 'big']);
});

test('reads the same in pieces of any size, and passes over what is longer', async () => {
  const points = await all(tensorboardX);
  for (const size of [4096, 5000, 20_000]) {
    expect(await all(tensorboardX, size)).toEqual(points);
  }
  const path = eventsOf(`
from tensorboardX import SummaryWriter
w = SummaryWriter(argv[0])
w.add_scalar('a', 1, 1, walltime=1)
w.add_text('long', 'x' * 50000, 1)
w.add_scalar('a', 2, 2, walltime=1)
w.close()`);
  expect((await all(path, 4096)).map(point => point.value)).toEqual([1, 2]);
});

test('reads scalars as tensors of every form', async () => {
  // As tf.summary.scalar and torch's new style write them: a tensor with the plugin's name beside it.
  const path = eventsOf(`
import os, struct
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2, tensor_shape_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter
os.makedirs(argv[0])
w = EventFileWriter(argv[0])
def add(tag, plugin='scalars', **fields):
    meta = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin)) if plugin else None
    value = summary_pb2.Summary.Value(tag=tag, metadata=meta, tensor=tensor_pb2.TensorProto(**fields))
    w.add_event(event_pb2.Event(step=7, wall_time=2.5, summary=summary_pb2.Summary(value=[value])))
add('float', dtype=types_pb2.DT_FLOAT, float_val=[0.5])
add('float content', dtype=types_pb2.DT_FLOAT, tensor_content=struct.pack('<f', 0.25))
add('double', dtype=types_pb2.DT_DOUBLE, double_val=[0.1])
add('double content', dtype=types_pb2.DT_DOUBLE, tensor_content=struct.pack('<d', 0.2))
add('int', dtype=types_pb2.DT_INT32, int_val=[-3])
add('long', dtype=types_pb2.DT_INT64, tensor_content=struct.pack('<q', -4))
add('long list', dtype=types_pb2.DT_INT64, int64_val=[5])
add('no plugin', plugin=None, dtype=types_pb2.DT_FLOAT, float_val=[6])
add('one by one', dtype=types_pb2.DT_FLOAT, float_val=[7], tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]))
add('vector', dtype=types_pb2.DT_FLOAT, float_val=[1, 2], tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=2)]))
add('other plugin', plugin='histograms', dtype=types_pb2.DT_FLOAT, float_val=[1])
add('text', dtype=types_pb2.DT_STRING, string_val=[b'x'])
w.close()`);
  const points = await all(path);
  expect(points.map(({ tag, value }) => [tag, value])).toEqual([
    ['float', 0.5],
    ['float content', 0.25],
    ['double', 0.1],
    ['double content', 0.2],
    ['int', -3],
    ['long', -4],
    ['long list', 5],
    ['no plugin', 6],
    ['one by one', 7]
  ]);
  expect(points[0]).toMatchObject({ step: 7, wallTime: 2.5 });
});

test('follows a file that grows, whatever part of a record is there', async () => {
  const whole = read(tensorboardX).subarray(0, 20_000);
  const path = fileOf(directory, Buffer.alloc(0));
  let offset = 0;
  const points: ScalarPoint[] = [];
  for (let length = 0; length < whole.length; length += 97) {
    appendFileSync(path, whole.subarray(length, length + 97));
    const chunk = await readScalars(path, offset);
    expect(chunk).toMatchObject({ atEnd: true, damaged: false });
    offset = chunk.offset;
    points.push(...chunk.points);
  }
  expect(points).toEqual((await readScalars(path)).points);
  expect(points.length).toBeGreaterThan(2);
});

test('a damaged record ends the reading, without an exception', async () => {
  const whole = read(tensorboardX);
  const spoiled = Buffer.from(whole);
  spoiled[whole.length - 30]! ^= 1;
  const { damaged, points, offset } = await readScalars(fileOf(directory, spoiled));
  expect(damaged).toBe(true);
  expect(points.length).toBeGreaterThan(100);
  expect(offset).toBeLessThan(whole.length);
});

test('records of anything never end in an exception', async () => {
  const path = newPath(directory);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async noise => {
      const record = Buffer.alloc(noise.length + 16);
      record.writeUInt32LE(noise.length, 0);
      record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
      record.set(noise, 12);
      record.writeUInt32LE(maskedCrc32c(noise), noise.length + 12);
      writeFileSync(path, record);
      expect(await readScalars(path)).toMatchObject({ damaged: false, atEnd: true });
    }),
    { numRuns: 300 }
  );
});
