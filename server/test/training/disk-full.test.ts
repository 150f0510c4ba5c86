import { expect, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SmallDisk } from '../support/smallDisk.ts';
import { setStage } from '../support/stage.ts';

test('a run goes on and ends while the disk is full, and so does the companion', async () => {
  const disk = SmallDisk.mount(64);
  if (!disk) {
    return;
  }
  const stage = await setStage({ dataDir: disk.path });
  try {
    const training = await stage.training(
      'patient',
      'until [ -d persistent-model/go ]; do sleep 0.1; done; exit 3'
    );
    const run = await stage.startRun(training);
    await stage.until(run.id, ({ state }) => state === 'running');
    disk.fill();
    // SQLite has some room of its own.
    const last = await fillDatabase();
    expect(last).toMatchObject({ code: 'disk-full' });
    mkdirSync(join(disk.path, 'runs', run.id, 'persistent-model', 'go'));
    await stage.companion.logged('a step failed');
    expect((await stage.run(run.id)).state).toBe('running');
    disk.empty();
    expect(await stage.ended(run.id)).toMatchObject({ state: 'failed', exitCode: 3 });
    const again = await stage.startRun(await stage.training('after', 'true'));
    expect((await stage.ended(again.id)).state).toBe('completed');
  } finally {
    disk.empty();
    await stage.close();
    disk.unmount();
  }

  async function fillDatabase(): Promise<unknown> {
    for (let i = 0; ; i++) {
      const body = { name: `filler ${i}`, details: 'x'.repeat(200) };
      const params = { projectId: stage.projectId };
      try {
        await stage.owner.call(operations.serving.createService, { params, body });
      } catch (error) {
        return error;
      }
    }
  }
}, 120_000);
