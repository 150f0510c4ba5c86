import { expect, jest, test } from '@jest/globals';
import { setStage } from '../support/stage.ts';

// Real processes on a machine that may have others to run.
jest.setTimeout(120_000);

test('it outlives the last JupyterLab while a run does, and then ends; the next one finds the run completed', async () => {
  const stage = await setStage({ env: { TOPSDL_SERVER_IDLE_SECONDS: '1' } });
  const { companion } = stage;
  try {
    const run = await stage.startRun(
      await stage.training('outlives', 'sleep 5; echo kept > $TOPSDL_PERSISTENT_MODEL/weights')
    );
    await stage.until(run.id, ({ state }) => state === 'running');

    companion.releaseLease();
    expect(await companion.ended()).toBe(0);
    const endedAt = Date.now();

    await companion.start();
    const after = await stage.run(run.id);
    expect(after).toMatchObject({ state: 'completed', settled: true });
    // It was there to see the end: nothing was found out only by the next one.
    expect(Date.parse(after.endedAt!)).toBeLessThanOrEqual(endedAt);
    expect(await stage.text(run.id)).toEqual([]);
  } finally {
    await stage.close();
  }
});
