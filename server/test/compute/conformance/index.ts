import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';

import type { EngineUnderTest } from './bench.ts';
import { Bench } from './bench.ts';
import { describeEnds } from './ends.ts';
import { describeIsolation } from './isolation.ts';
import { describeLive } from './live.ts';
import { describeLogs } from './logs.ts';
import { describeMounts } from './mounts.ts';
import { describeNodes } from './nodes.ts';
import { describePlans } from './plans.ts';
import { describeServices } from './services.ts';
import { describeSurvival } from './survival.ts';

const SUBJECTS = [
  describePlans,
  describeNodes,
  describeMounts,
  describeIsolation,
  describeEnds,
  describeSurvival,
  describeLogs,
  describeLive,
  describeServices
];

/** What every compute engine has to do, whatever it runs workloads on. */
export function describeEngine(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`the ${name} engine`, () => {
    const bench = new Bench();
    beforeAll(async () => {
      bench.under = await make();
    }, 60_000);
    afterEach(() => bench.releaseAll(), 60_000);
    afterAll(() => bench.under.dispose());
    SUBJECTS.forEach(subject => subject(bench));
  });
}
