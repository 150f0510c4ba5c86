import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Entry {
  readonly path: string;
  readonly content?: Uint8Array;
  readonly link?: string;
}

export type Packing = 'zip' | 'zip-gbk' | 'tar' | 'tar.gz';

const SCRIPT = `
import json, sys, zipfile, tarfile, io, base64
packing, out = sys.argv[1:3]
entries = json.load(sys.stdin)
if packing.startswith('zip'):
    class Info(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):
            if packing == 'zip-gbk':
                return self.filename.encode('gbk'), self.flag_bits
            return super()._encodeFilenameFlags()
    with zipfile.ZipFile(out, 'w') as archive:
        for entry in entries:
            info = Info(entry['path'], (2026, 1, 2, 3, 4, 6))
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            data = base64.b64decode(entry.get('content', ''))
            if entry.get('link'):
                info.external_attr = 0o120777 << 16
                data = entry['link'].encode()
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
else:
    with tarfile.open(out, 'w:gz' if packing == 'tar.gz' else 'w') as archive:
        for entry in entries:
            info = tarfile.TarInfo(entry['path'])
            if entry.get('link'):
                info.type, info.linkname = tarfile.SYMTYPE, entry['link']
                archive.addfile(info)
            else:
                data = base64.b64decode(entry.get('content', ''))
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
`;

/** An archive as Python's own modules write it, whatever its entries are called. */
export function pack(packing: Packing, entries: readonly Entry[]): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'tops-archive-'));
  try {
    const script = join(directory, 'pack.py');
    const out = join(directory, 'archive');
    writeFileSync(script, SCRIPT);
    const input = JSON.stringify(
      entries.map(({ path, content, link }) => ({
        path,
        link,
        content: content && Buffer.from(content).toString('base64')
      }))
    );
    execFileSync('python3', [script, packing, out], { input });
    return readFileSync(out);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
