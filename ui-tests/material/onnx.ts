/** Wire types of protobuf that a small model needs. */
const VARINT = 0;
const BYTES = 2;

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];

/** One field: a number, a text, or a message that is made of fields itself. */
function field(number: number, value: number | string | readonly Buffer[]): Buffer {
  if (typeof value === 'number') {
    return Buffer.from([...varint(number * 8 + VARINT), ...varint(value)]);
  }
  const body = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.concat(value);
  return Buffer.concat([
    Buffer.from([...varint(number * 8 + BYTES), ...varint(body.length)]),
    body
  ]);
}

/** A vector of floats that goes into a graph or comes out of it. */
const vector = (name: string, length: number): Buffer[] => [
  field(1, name),
  field(2, [field(1, [field(1, 1), field(2, [field(1, [field(1, length)])])])])
];

const node = (operator: string, input: string, output: string): Buffer[] => [
  field(1, input),
  field(2, output),
  field(3, operator.toLowerCase()),
  field(4, operator)
];

/** An ONNX file with a chain of two operators, as https://onnx.ai/onnx/repo-docs/IR.html numbers its fields. */
export function onnxModel(): Buffer {
  return Buffer.concat([
    field(1, 8),
    field(2, 'topsdl tests'),
    field(7, [
      field(1, node('Relu', 'pixels', 'active')),
      field(1, node('Softmax', 'active', 'labels')),
      field(2, 'chain'),
      field(11, vector('pixels', 10)),
      field(12, vector('labels', 10))
    ]),
    field(8, [field(1, ''), field(2, 17)])
  ]);
}
