import { createReadStream, readFileSync } from 'node:fs';
import { createGunzip, inflateRawSync } from 'node:zlib';

/**
 * Unpacking and nothing else, the floor of an import: `unpack <archive>`. The zip is one that
 * `archives.py` made, whose local headers follow each other.
 */
const [archive = ''] = process.argv.slice(2);
const CHUNK = 1024 * 1024;

if (archive.endsWith('.gz')) {
  const unpacked = createReadStream(archive, { highWaterMark: CHUNK }).pipe(
    createGunzip({ chunkSize: CHUNK })
  );
  for await (const _chunk of unpacked);
} else {
  const bytes = readFileSync(archive);
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    const packed = bytes.readUInt32LE(at + 18);
    const size = bytes.readUInt32LE(at + 22);
    inflateRawSync(bytes.subarray(start, start + packed), { chunkSize: size + 1 });
    at = start + packed;
  }
}
