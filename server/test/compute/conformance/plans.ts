import { readdirSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import type { WorkloadSpec } from '../../../src/compute/engine.ts';
import { PlanError } from '../../../src/compute/engine.ts';
import type { Bench } from './bench.ts';
import { Trial } from './bench.ts';

/** What a plan is and is not. */
export function describePlans(bench: Bench): void {
  describe('plans', () => {
    test('the same for the same, without starting anything', async () => {
      const run = { id: 'same', directory: bench.under.directory() };
      const spec: WorkloadSpec = {
        kind: 'batch',
        image: { base: 'host' },
        command: 'true',
        projectId: 'p'
      };
      const plan = bench.under.engine.plan(spec, run);
      expect(bench.under.engine.plan(spec, run)).toEqual(plan);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      expect((await bench.under.engine.observe([plan.handle]))[0]?.state).toBe('absent');
      expect(readdirSync(run.directory)).toEqual([]);
    });

    test.each<[string, Partial<WorkloadSpec>, string]>([
      ['an empty command', { command: ' ' }, 'command'],
      ['a NUL in a command', { command: ['a', 'b\0'] }, 'command'],
      ['no node', { nodes: 0 }, 'nodes'],
      ['half a slot', { slots: 0.5 }, 'slots'],
      ['a port beyond the last', { ports: [8080, 65_536] }, 'ports.1'],
      ['a variable with a wrong name', { env: { 'A B': '' } }, 'env.A B'],
      ['a variable of two lines', { env: { A: 'x\nPATH=/tmp' } }, 'env.A'],
      [
        'a variable of the engine',
        { env: { OMPI_MCA_plm_rsh_agent: 'sh' } },
        'env.OMPI_MCA_plm_rsh_agent'
      ],
      ['LD_PRELOAD', { env: { LD_PRELOAD: '/x' } }, 'env.LD_PRELOAD'],
      [
        'a target outside',
        { mounts: [{ source: '/tmp', target: '/workspace/../usr', readOnly: true }] },
        'mounts.0.target'
      ],
      [
        'a target twice',
        {
          mounts: ['/tmp', '/usr'].map(source => ({
            source,
            target: '/workspace/a',
            readOnly: true
          }))
        },
        'mounts.1.target'
      ],
      [
        'a relative source',
        { mounts: [{ source: 'x', target: '/workspace/a', readOnly: true }] },
        'mounts.0.source'
      ],
      [
        'a probe of another port',
        { kind: 'service', ports: [1], readiness: { port: 2 } },
        'readiness.port'
      ]
    ])('not %s', (_what, spec, field) => {
      const plan = (): Trial => new Trial(bench.under, spec);
      expect(plan).toThrow(PlanError);
      expect(plan).toThrow(expect.objectContaining({ field }) as Error);
    });
  });
}
