import { crc32, deflateSync } from 'node:zlib';

/** Pixels an edge of the images that the specs make. */
const EDGE = 32;

export type Shape = 'circle' | 'square' | 'stripes';

const inside: Record<Shape, (x: number, y: number, turn: number) => boolean> = {
  circle: (x, y, turn) => Math.hypot(x - 15.5, y - 15.5) < 8 + (turn % 5),
  square: (x, y, turn) => Math.max(Math.abs(x - 15.5), Math.abs(y - 15.5)) < 6 + (turn % 5),
  stripes: (x, _y, turn) => (x + turn) % 8 < 4
};

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

/** A grey PNG of a shape. Different turns give different bytes, the same ones the same. */
export function drawing(shape: Shape, turn: number): Buffer {
  const rows = Buffer.alloc(EDGE * (EDGE + 1));
  for (let y = 0; y < EDGE; y++) {
    for (let x = 0; x < EDGE; x++) {
      const noise = (x * 7 + y * 13 + turn * 31) % 29;
      rows[y * (EDGE + 1) + 1 + x] = (inside[shape](x, y, turn) ? 190 : 30) + noise;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(EDGE, 0);
  header.writeUInt32BE(EDGE, 4);
  // Eight bits a pixel, grey.
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0))
  ]);
}
