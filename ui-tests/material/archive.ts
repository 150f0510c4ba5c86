import { crc32 } from 'node:zlib';
import { drawing, type Shape } from './png.ts';

/** What Playwright sets into a file input. */
export interface Upload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A zip with stored entries; names are UTF-8. */
export function zip(entries: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of entries) {
    const name = Buffer.from(path, 'utf8');
    // From the version needed to the length of extra fields, the same in both headers.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt32LE(0x5a210000, 6);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, content]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, place, name])
    );
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.size, 8);
  end.writeUInt16LE(entries.size, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}

export const SHAPES: readonly Shape[] = ['circle', 'square', 'stripes'];

/**
 * Class folders of drawings, `labeled` a class, and beside them `open` a class without a label, in
 * the order of the classes; with `broken`, one entry that is no image.
 */
export function shapesArchive(labeled: number, open: number, broken = false): Upload {
  const entries = new Map<string, Buffer>();
  SHAPES.forEach((shape, kind) => {
    for (let turn = 0; turn < labeled; turn++) {
      entries.set(`${shape}/${shape}-${turn}.png`, drawing(shape, turn));
    }
    for (let turn = 0; turn < open; turn++) {
      entries.set(`${kind}-open-${turn}.png`, drawing(shape, 1000 + turn));
    }
  });
  if (broken) {
    entries.set('circle/torn.png', drawing('circle', 7).subarray(0, 60));
  }
  return { name: 'shapes.zip', mimeType: 'application/zip', buffer: zip(entries) };
}
