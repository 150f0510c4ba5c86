/** A file for an archive: its path with `/` between parts, and its bytes. */
export interface TarInput {
  readonly path: string;
  readonly content: Blob;
}

const BLOCK = 512;
const encoder = new TextEncoder();

/**
 * Puts files into a tar (POSIX.1-2001, pax). The bytes are not read for it: the archive refers to
 * what was given.
 */
export function tarOf(files: readonly TarInput[]): Blob {
  const parts: BlobPart[] = [];
  const add = (
    header: Uint8Array<ArrayBuffer>,
    content: Blob | Uint8Array<ArrayBuffer>,
    size: number
  ) => {
    parts.push(header, content, new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK));
  };
  files.forEach(({ path, content }, index) => {
    // Paths of any length and script stand in a record before; the name beside is for old programs.
    const record = paxRecord('path', path);
    add(header(`pax/${index}`, record.length, 'x'), record, record.length);
    add(header(`file/${index}`, content.size, '0'), content, content.size);
  });
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts, { type: 'application/x-tar' });
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Uint8Array<ArrayBuffer> {
  const rest = encoder.encode(` ${key}=${value}\n`);
  let length = rest.length;
  while (length !== rest.length + String(length).length) {
    length = rest.length + String(length).length;
  }
  const record = new Uint8Array(length);
  record.set(encoder.encode(String(length)));
  record.set(rest, String(length).length);
  return record;
}

function header(name: string, size: number, type: '0' | 'x'): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, text: string) => block.set(encoder.encode(text), offset);
  put(0, name);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(156, type);
  put(257, 'ustar\x0000');
  // The sum is taken with spaces in its own place.
  put(148, ' '.repeat(8));
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}
