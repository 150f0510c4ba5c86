import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { readImages } from '@topsdl/formats';

/**
 * What is measured: `take.ts <archive> <pack> <index>` reads an archive's images, checks and hashes
 * them, appends the bytes to a pack in large writes and writes a line of the index for each.
 */
const [archive, packPath, indexPath] = process.argv.slice(2) as [string, string, string];
const BUFFER_BYTES = 4 * 1024 * 1024;

const pack = openSync(packPath, 'w');
const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
let buffered = 0;
let written = 0;
const lines: string[] = [];

function flush(): void {
  writeSync(pack, buffer, 0, buffered);
  written += buffered;
  buffered = 0;
}

for await (const file of readImages(archive)) {
  if (file.kind !== 'image') {
    throw new Error(`${file.path} was not taken: ${JSON.stringify(file)}`);
  }
  const { path, image, sha256, bytes } = file;
  if (buffered + bytes.length > BUFFER_BYTES) {
    flush();
  }
  const offset = written + buffered;
  if (bytes.length > BUFFER_BYTES) {
    writeSync(pack, bytes);
    written += bytes.length;
  } else {
    buffered += bytes.copy(buffer, buffered);
  }
  const { width, height } = image;
  lines.push(JSON.stringify([path, offset, bytes.length, sha256.toString('hex'), width, height]));
}
flush();
fdatasyncSync(pack);
closeSync(pack);
const index = openSync(indexPath, 'w');
writeSync(index, lines.join('\n'));
fdatasyncSync(index);
closeSync(index);
console.log(lines.length);
