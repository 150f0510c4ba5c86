import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { TfRecordWriter } from '@topsdl/formats';

/** Our side: `ours.ts IMAGES COUNT SIZE RECORDS` prints the CPU seconds of writing. */
const [path, count, size, records] = process.argv.slice(2) as [string, string, string, string];
const digits = (value: number, length: number) => String(value).padStart(length, '0');

rmSync(records, { force: true });
const begin = process.cpuUsage();
const file = openSync(path, 'r');
const encoded = Buffer.allocUnsafeSlow(Number(size));
const writer = new TfRecordWriter(records);
for (let index = 0; index < Number(count); index++) {
  readSync(file, encoded);
  const label = index % 20;
  const text = `class${digits(label, 2)}`;
  const filename = `${text}/${digits(index, 6)}.jpg`;
  writer.write({ encoded, format: 'jpeg', filename, height: 480, width: 640, label, text });
}
writer.finish();
closeSync(file);
const { user, system } = process.cpuUsage(begin);
console.log((user + system) / 1e6);
