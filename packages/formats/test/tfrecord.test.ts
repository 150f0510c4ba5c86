import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, statSync } from 'node:fs';
import {
  crc32c,
  maskedCrc32c,
  parseExample,
  readRecords,
  TfRecordWriter,
  type ImageExample
} from '@topsdl/formats';
import { newPath, python, read, scratch } from './support.ts';

const directory = scratch();

test('crc32c gives the check values of RFC 3720 and of others', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(new Uint8Array(0))).toBe(0);
  expect(maskedCrc32c(Buffer.from('123456789'))).toBe(
    (((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8) >>> 0
  );
});

test('crc32c is that of one bit after the other, whatever the length and place in memory', () => {
  const sizes = fc.oneof(fc.nat(200), fc.nat(20_000));
  fc.assert(
    fc.property(sizes, fc.nat(9), (length, offset) => {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * i * 31 + length) >>> 3);
      const moved = new Uint8Array(bytes.length + 20);
      moved.set(bytes, offset);
      let bitwise = -1;
      for (const byte of bytes) {
        bitwise ^= byte;
        for (let i = 0; i < 8; i++) {
          bitwise = bitwise & 1 ? (bitwise >>> 1) ^ 0x82f63b78 : bitwise >>> 1;
        }
      }
      expect(crc32c(moved.subarray(offset, offset + bytes.length))).toBe(~bitwise >>> 0);
    })
  );
});

const examples = fc.array(
  fc.record({
    encoded: fc.uint8Array({ maxLength: 5000 }),
    format: fc.constantFrom('jpeg', 'png'),
    filename: fc.string({ unit: 'binary', maxLength: 300 }).map(text => text.toWellFormed()),
    height: fc.oneof(fc.nat(70_000), fc.maxSafeNat()),
    width: fc.nat(300),
    label: fc.nat(100_000),
    text: fc.constantFrom('猫', 'dog', '', "it's, “quoted”")
  }),
  { maxLength: 8 }
);

function written(inputs: readonly ImageExample[]): string {
  const path = newPath(directory, '.tfrecord');
  const writer = new TfRecordWriter(path);
  for (const input of inputs) {
    writer.write(input);
  }
  const expected = writer.bytes;
  expect(writer.finish()).toBe(expected);
  expect(statSync(path).size).toBe(expected);
  return path;
}

test('what is written is read again', () => {
  fc.assert(
    fc.property(examples, inputs => {
      const { records, damaged, next, end } = readRecords(read(written(inputs)));
      expect({ damaged, next }).toEqual({ damaged: false, next: undefined });
      expect(end).toBeGreaterThanOrEqual(0);
      const back = records.map(parseExample);
      expect(back).toHaveLength(inputs.length);
      inputs.forEach((input, i) => {
        expect({ ...back[i], encoded: Uint8Array.from(back[i]!.encoded) }).toEqual(input);
      });
    }),
    { numRuns: 60 }
  );
});

test('an example longer than the buffer is written whole', () => {
  const encoded = Buffer.alloc(5_000_000, 7);
  const input = { encoded, format: 'png', filename: 'a', height: 1, width: 1, label: 0, text: 'b' };
  const { records } = readRecords(read(written([input, input])));
  expect(records.map(record => parseExample(record)?.encoded.length)).toEqual([5e6, 5e6]);
});

test('it is the protocol buffer that its own definition reads', () => {
  const input = {
    encoded: Buffer.from('\xff\xd8\0bytes', 'latin1'),
    format: 'jpeg',
    filename: '猫/1.jpg',
    height: 480,
    width: 640,
    label: 3,
    text: '猫'
  };
  const path = written([input]);
  // tensorboard ships no Example; the messages are put together from the published definition.
  const seen = python(
    `
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
file = descriptor_pb2.FileDescriptorProto(name='example.proto', package='t', syntax='proto3')
T = descriptor_pb2.FieldDescriptorProto
def message(name, *fields):
    m = file.message_type.add(name=name)
    for n, (field, kind, label, type_name) in enumerate(fields, 1):
        f = m.field.add(name=field, number=n, type=kind, label=label)
        if type_name: f.type_name = '.t.' + type_name
    return m
R, O = T.LABEL_REPEATED, T.LABEL_OPTIONAL
message('BytesList', ('value', T.TYPE_BYTES, R, None))
message('FloatList', ('value', T.TYPE_FLOAT, R, None))
message('Int64List', ('value', T.TYPE_INT64, R, None))
message('Feature', ('bytes_list', T.TYPE_MESSAGE, O, 'BytesList'), ('float_list', T.TYPE_MESSAGE, O, 'FloatList'), ('int64_list', T.TYPE_MESSAGE, O, 'Int64List'))
features = message('Features', ('feature', T.TYPE_MESSAGE, R, 'Features.FeatureEntry'))
entry = features.nested_type.add(name='FeatureEntry')
entry.options.map_entry = True
entry.field.add(name='key', number=1, type=T.TYPE_STRING, label=O)
entry.field.add(name='value', number=2, type=T.TYPE_MESSAGE, label=O, type_name='.t.Feature')
message('Example', ('features', T.TYPE_MESSAGE, O, 'Features'))
pool = descriptor_pool.DescriptorPool(); pool.Add(file)
Example = message_factory.GetMessageClass(pool.FindMessageTypeByName('t.Example'))
data = open(argv[0], 'rb').read()
length = int.from_bytes(data[:8], 'little')
example = Example(); example.ParseFromString(data[12:12 + length])
assert example.SerializeToString(deterministic=True) == data[12:12 + length]
f = example.features.feature
print(sorted(f), f['image/encoded'].bytes_list.value[0], f['image/height'].int64_list.value, f['image/class/label'].int64_list.value, f['image/class/text'].bytes_list.value[0].decode())`,
    path
  );
  expect(seen.trim()).toBe(
    "['image/class/label', 'image/class/text', 'image/encoded', 'image/filename', 'image/format', " +
      "'image/height', 'image/width'] b'\\xff\\xd8\\x00bytes' [480] [3] 猫"
  );
});

test('an abandoned file stays as it is, and no file is written over', () => {
  const path = newPath(directory);
  const writer = new TfRecordWriter(path);
  writer.abandon();
  writer.abandon();
  expect(existsSync(path)).toBe(true);
  expect(() => new TfRecordWriter(path)).toThrow('EEXIST');
});

test('truncated and changed records never end in an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), noise => {
      readRecords(Buffer.from(noise));
      parseExample(Buffer.from(noise));
    })
  );
  const bytes = read(
    written([
      {
        encoded: Buffer.alloc(9),
        format: 'png',
        filename: 'a',
        height: 1,
        width: 1,
        label: 0,
        text: 'b'
      }
    ])
  );
  for (let length = 0; length < bytes.length; length++) {
    expect(readRecords(bytes.subarray(0, length))).toMatchObject({ end: 0, damaged: false });
    const changed = Buffer.from(bytes);
    changed[length]! ^= 1;
    expect(readRecords(changed).damaged).toBe(true);
  }
});
