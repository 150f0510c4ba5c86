import { expect, test } from '@jest/globals';
import { Companion } from '@topsdl/testing';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { numbersFrom, testSeed } from '../support/random.ts';
import { setServingStage } from '../support/servingStage.ts';
import { Building } from './building.ts';
import { Importing } from './importing.ts';
import { Remains } from './remains.ts';
import { Running } from './running.ts';
import { Swapping } from './swapping.ts';
import { Claims, Presence, type Work } from './work.ts';

const KILLS = 10;
/** The longest that everything goes on before the companion is killed, in milliseconds. */
const LONGEST = 2_500;
/** How often it is killed a second time, while it starts, and the longest that it is given for that. */
const WHILE_STARTING = 0.3;
const STARTING = 1_000;
const SEED = testSeed();

test(`kill -9 at ${KILLS} random moments of an import, a run, a build and swaps under load (TOPSDL_TEST_SEED=${SEED})`, async () => {
  const random = numbersFrom(SEED);
  const home = mkdtempSync(join(tmpdir(), 'topsdl-crash-'));
  const [data, temporary] = [join(home, 'data'), join(home, 'tmp')];
  mkdirSync(temporary);
  const companion = new Companion({ dataDir: data, env: { TMPDIR: temporary } });
  const over = new AbortController();
  const claims = new Claims();
  const presence = new Presence();
  claims.where = `seed ${SEED}, before the first kill`;
  try {
    await companion.start();
    const serve = await setServingStage(companion);
    const remains = new Remains(data, temporary, claims);
    const { stage } = serve;
    const works: Work[] = [
      await Importing.prepare(stage, claims),
      await Running.prepare(stage, claims),
      await Building.prepare(serve, claims),
      await Swapping.prepare(serve, claims, presence, {
        random: numbersFrom(SEED + 1),
        signal: over.signal
      })
    ];
    for (let kill = 1; kill <= KILLS; kill++) {
      await Promise.all(works.map(work => work.begin()));
      const moment = Math.floor(random() * LONGEST);
      await pass(moment);
      remains.note();
      claims.where = `seed ${SEED}, kill ${kill} after ${moment} ms`;
      presence.leave();
      await companion.kill();
      if (random() < WHILE_STARTING) {
        const start = companion.start().catch(() => undefined);
        await pass(random() * STARTING);
        await companion.kill();
        await start;
      }
      await companion.start();
      presence.return();
      await Promise.all(works.map(work => work.check()));
    }
    claims.where = `seed ${SEED}, at the end`;
    remains.note();
    await Promise.all(works.map(work => work.finish()));
    expect(await companion.terminate()).toBe(0);
    remains.checkMachine();
    // Directories of what was deleted last are removed by the next one, if this one had not come so far.
    await companion.start();
    await companion.terminate();
    remains.checkData();
  } finally {
    over.abort();
    await companion.terminate();
    // Where it failed something may run still, which ends with what is kept of it.
    rmSync(home, { recursive: true, force: true });
  }
}, 600_000);
