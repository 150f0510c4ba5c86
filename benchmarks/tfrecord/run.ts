import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Writing TFRecords of images, ours against TensorFlow's, in CPU seconds, interleaved; then TensorFlow
 * reads what we wrote and compares every field:
 *
 *     python3 -m venv /tmp/tensorflow && /tmp/tensorflow/bin/pip install tensorflow-cpu
 *     node benchmarks/tfrecord/run.ts --python /tmp/tensorflow/bin/python [--count 5000] [--size 150000] [--runs 3]
 *
 * Both read the same images from one file; what it takes to start Python or Node and to import
 * TensorFlow does not count.
 */
const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    count: { type: 'string', default: '5000' },
    size: { type: 'string', default: '150000' },
    runs: { type: 'string', default: '3' }
  }
});

const here = import.meta.dirname;
const { count, size, python } = values;
if (spawnSync(python, ['-c', 'import tensorflow']).status !== 0) {
  console.error(
    `${python} has no TensorFlow. Make an environment that has it, and name its Python:\n` +
      '  python3 -m venv /tmp/tensorflow && /tmp/tensorflow/bin/pip install tensorflow-cpu\n' +
      '  node benchmarks/tfrecord/run.ts --python /tmp/tensorflow/bin/python'
  );
  process.exit(1);
}

const directory = mkdtempSync(join(tmpdir(), 'tfrecord-benchmark-'));
const images = join(directory, 'images');
const output = (name: string) => join(directory, `${name}.tfrecord`);
const tensorflow = (command: string, records: string): string =>
  execFileSync(python, [join(here, 'tensorflow_side.py'), command, images, count, size, records], {
    encoding: 'utf8'
  });
const ours = (): string =>
  execFileSync(
    process.execPath,
    ['--conditions=topsdl-source', join(here, 'ours.ts'), images, count, size, output('ours')],
    { encoding: 'utf8' }
  );
const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

try {
  const theirSeconds: number[] = [];
  const ourSeconds: number[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    theirSeconds.push(Number(tensorflow('write', output('tensorflow'))));
    ourSeconds.push(Number(ours()));
  }
  const [theirs, mine] = [median(theirSeconds), median(ourSeconds)];
  console.log(
    `TensorFlow ${theirs.toFixed(2)} CPU s, ours ${mine.toFixed(2)} CPU s; ` +
      `TensorFlow/ours ${(theirs / mine).toFixed(2)}`
  );
  process.stdout.write(tensorflow('check', output('ours')));
} finally {
  rmSync(directory, { recursive: true });
}
