import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import type { WorkloadObservation } from '../../../src/compute/engine.ts';
import type { Bench } from './bench.ts';

/** What of the host a workload sees. */
export function describeMounts(bench: Bench): void {
  describe('mounts', () => {
    test('what is read, what is written and what is copied on write', async () => {
      const [read, write, copy] = [
        bench.under.directory(),
        bench.under.directory(),
        bench.under.directory()
      ];
      mkdirSync(join(copy, 'cats'), { mode: 0o700 });
      writeFileSync(join(read, 'a'), 'read');
      writeFileSync(join(copy, 'cats/b'), 'before', { mode: 0o600 });
      const run = bench.trial({
        command:
          'cat algorithm/a; touch algorithm/x; echo new > model/m; cat dataset/cats/b; echo after > dataset/cats/b; echo more > dataset/cats/c; rm dataset/cats/b; ls dataset/cats',
        mounts: [
          { source: read, target: '/workspace/algorithm', readOnly: true },
          { source: write, target: '/workspace/model', readOnly: false },
          { source: copy, target: '/workspace/dataset', readOnly: false, overlay: true }
        ]
      });
      expect(await run.run()).toMatchObject({ state: 'succeeded' });
      expect(await run.lines()).toEqual(['readbeforec']);
      expect(readdirSync(read)).toEqual(['a']);
      expect(readFileSync(join(write, 'm'), 'utf8')).toBe('new\n');
      expect(readdirSync(join(copy, 'cats'))).toEqual(['b']);
      expect(readFileSync(join(copy, 'cats/b'), 'utf8')).toBe('before');
    });

    test('a layer, whose programs and modules come first', async () => {
      const layer = bench.under.directory();
      mkdirSync(join(layer, 'bin'));
      mkdirSync(join(layer, 'python'));
      writeFileSync(join(layer, 'bin/hello'), '#!/bin/sh\necho hello', { mode: 0o755 });
      writeFileSync(join(layer, 'python/greeting.py'), 'text = "good day"');
      const run = bench.trial({
        image: { base: 'host', layer },
        command: 'hello; python3 -c "import greeting; print(greeting.text)"; touch /layer/x'
      });
      expect(await run.run()).toMatchObject({ state: 'failed' });
      expect(await run.lines()).toEqual(['hello', 'good day']);
    });

    test('places for what is not kept', async () => {
      const places = ['/tmp', '/var/tmp', '/dev/shm', '/root', '/workspace', '/run'];
      const run = bench.trial({
        command: `for place in ${places.join(' ')}; do echo x > $place/mine && echo $place; done`
      });
      await run.run();
      expect(await run.lines()).toEqual(places);
    });

    test('nothing that is not there, and says so', async () => {
      const run = async (): Promise<WorkloadObservation> =>
        bench
          .trial({
            mounts: [{ source: '/nowhere/at/all', target: '/workspace/a', readOnly: true }]
          })
          .run();
      const outcome = await run().catch((error: Error) => error);
      expect(JSON.stringify(outcome instanceof Error ? outcome.message : outcome.reason)).toContain(
        '/nowhere/at/all'
      );
    });
  });
}
