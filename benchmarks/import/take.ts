import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { readImages } from '@topsdl/formats';
import { PackWriter } from '../../server/src/packs/writer.ts';

/**
 * What is measured: `take <archive> <pack> <index>` reads an archive's images, checks and hashes them,
 * appends the bytes to a pack as the companion does, and writes a line of the index for each.
 */
const [archive, path, indexPath] = process.argv.slice(2) as [string, string, string];

const pack = new PackWriter({ packId: 1, path, offset: 0, limit: Infinity });
const lines: string[] = [];
for await (const file of readImages(archive)) {
  if (file.kind !== 'image') {
    throw new Error(`${file.path} was not taken: ${JSON.stringify(file)}`);
  }
  const { image, sha256, bytes } = file;
  const { width, height } = image;
  const offset = pack.append(bytes);
  lines.push(
    JSON.stringify([file.path, offset, bytes.length, sha256.toString('hex'), width, height])
  );
}
pack.sync();
pack.close();
const index = openSync(indexPath, 'w');
writeSync(index, lines.join('\n'));
fdatasyncSync(index);
closeSync(index);
