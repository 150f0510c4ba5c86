import { expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '@topsdl/contract';
import { pack } from '../support/archives.ts';
import { firstProject, TestCompanion } from '../support/companion.ts';
import { createVersion, importBytes } from '../support/datasets.ts';
import { picture } from '../support/pictures.ts';
import { SmallDisk } from '../support/smallDisk.ts';

const { datasets } = operations;
const MEBIBYTE = 1024 ** 2;

test('an import that fills the disk fails clearly, leaves nothing, and goes once there is room', async () => {
  const disk = SmallDisk.mount(96);
  if (!disk) {
    return;
  }
  const data = disk.path;
  const companion = await TestCompanion.start({ data });
  try {
    const client = await companion.owner();
    const projectId = await firstProject(client);
    const { version } = await createVersion(client, projectId, 'full');
    const entries = [];
    for (let i = 0; i < 20; i++) {
      const options = { format: 'png' as const, width: 700, height: 700 };
      entries.push({ path: `a/${i}.png`, content: await picture(i, options) });
    }
    const bytes = pack('tar', entries);
    expect(bytes.length).toBeGreaterThan(25 * MEBIBYTE);
    // Room for the upload and half of what the import stores.
    disk.fill(Math.floor(bytes.length * 1.5));
    const file = { name: 'set.tar', bytes };
    const failed = await importBytes(client, projectId, version.id, [file]);
    expect(failed.found.task).toMatchObject({ state: 'failed', problem: { code: 'disk-full' } });
    const empty = await client.call(datasets.getVersion, { params: { versionId: version.id } });
    expect(empty).toMatchObject({ status: 'empty', counts: { total: 0 } });
    expect(readdirSync(join(data, 'packs'))).toEqual([]);
    expect(readdirSync(join(data, 'uploads'))).toEqual([]);
    disk.empty();
    const { found } = await importBytes(client, projectId, version.id, [file]);
    expect(found.counts.taken).toBe(20);
  } finally {
    await companion.stop();
    disk.unmount();
  }
});
