import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, test } from '@jest/globals';

import { clusterHandleOf } from '../../../src/compute/volcano/clusterPlan.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import { ownLabels } from '../../../src/compute/volcano/names.ts';
import type { StatefulSet } from '../../../src/compute/volcano/objects.ts';
import { runFiles } from '../../../src/compute/volcano/places.ts';
import { VolcanoEngine } from '../../../src/compute/volcano/volcanoEngine.ts';
import { answer, ApiServer } from './apiServer.ts';
import { CONFIG, SPEC } from './samples.ts';

test('replicas are asked for again while the watch tells of what was asked for before', async () => {
  const server = await ApiServer.start();
  const directory = mkdtempSync(join(tmpdir(), 'topsdl-scale-'));
  const engine = await VolcanoEngine.create(
    {
      ...CONFIG,
      watch: 'namespace',
      dataDirectory: directory,
      volumeRoot: directory,
      kubeconfig: server.kubeconfig()
    },
    join(directory, 's')
  );
  try {
    const { handle } = engine.plan(
      { ...SPEC, kind: 'service', nodes: 1, replicas: 1 },
      { id: 'r1', directory: join(directory, 'r1') }
    );
    const { namespace, name } = clusterHandleOf(handle);
    const set: StatefulSet = {
      metadata: { name, namespace, labels: ownLabels(CONFIG.instance) },
      spec: { replicas: 1 }
    };
    const { uid } = server.put(pathOf(KINDS.statefulSet, namespace), set).metadata;
    const known = runFiles(clusterHandleOf(handle).directory).uid;
    mkdirSync(dirname(known), { recursive: true });
    writeFileSync(known, JSON.stringify({ uid }));
    const asked: unknown[] = [];
    server.intercept = ({ method, path, body }, response) => {
      const scales = method === 'PATCH' && path.endsWith('/scale');
      if (scales) {
        asked.push(JSON.parse(body));
        answer(response, 200, {});
      }
      return scales;
    };
    // Its copy of the set says one from here on, whatever is asked for.
    expect(await engine.observe([handle])).toMatchObject([{ state: 'pending' }]);
    for (const replicas of [2, 1]) {
      await engine.scale(handle, replicas);
    }
    expect(asked).toEqual([{ spec: { replicas: 2 } }, { spec: { replicas: 1 } }]);
    await engine.scale(handle, 1);
    expect(asked).toHaveLength(2);
  } finally {
    await engine.close();
    await server.dispose();
    rmSync(directory, { recursive: true, force: true });
  }
});
