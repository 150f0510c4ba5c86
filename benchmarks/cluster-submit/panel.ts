import { createClient } from '@topsdl/client';
import { operations, type ServerMessage } from '@topsdl/contract';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, fetch as fetchOver } from 'undici';
import { WebSocket } from 'ws';

import type { WorkloadSpec } from '../../server/src/compute/engine.ts';
import type { ClusterApi } from '../../server/src/compute/volcano/client.ts';
import { KINDS } from '../../server/src/compute/volcano/kinds.ts';
import { LABELS, namespaceName } from '../../server/src/compute/volcano/names.ts';
import type { ClusterObject } from '../../server/src/compute/volcano/objects.ts';
import { runName } from '../../server/src/compute/rules.ts';
import { waitsForRoom } from '../../server/src/reconcile/room.ts';
import { store } from '../../server/src/reconcile/store.ts';
import type { Workload } from '../../server/src/reconcile/table.ts';
import { follow, removeProject, type BenchCluster } from './cluster.ts';
import { startOurs, type Ours } from './ours.ts';

/** What happens to a run, as the API server tells it and as a panel does. */
const MOMENTS: {
  readonly what: string;
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  readonly inCluster: (object: ClusterObject) => boolean;
  readonly inPanel: (workload: Workload) => boolean;
}[] = [
  {
    what: 'its group waits',
    kind: KINDS.podGroup,
    inCluster: () => true,
    inPanel: waitsForRoom
  },
  {
    what: 'its pod runs',
    kind: KINDS.pod,
    inCluster: object => phase(object) === 'Running',
    inPanel: ({ state }) => state === 'running'
  },
  {
    what: 'its job has completed',
    kind: KINDS.job,
    inCluster: object => phase(object) === 'Completed',
    inPanel: ({ state }) => state === 'completed'
  }
];

function phase({ status }: ClusterObject & { status?: unknown }): string | undefined {
  const { phase, state } = (status ?? {}) as { phase?: string; state?: { phase?: string } };
  return state?.phase ?? phase;
}

const BURST = 200;
const RUNS = 8;

/** Milliseconds from the API server's word of something to the panel's event, by what it is, in order. */
export async function toPanel(
  api: ClusterApi,
  cluster: BenchCluster,
  waits: Omit<WorkloadSpec, 'projectId'>
): Promise<Map<string, number[]>> {
  const prefix = `panel-${process.pid}`;
  const ours = await startOurs(cluster, prefix);
  const namespace = namespaceName(prefix, ours.projectId);
  const spec = { ...waits, projectId: ours.projectId };
  const stopped = new AbortController();
  const panel = await openPanel(ours);
  try {
    // The first makes the namespace.
    await ours.submit(spec);
    const moments = new Moments(ours, panel, { api, namespace, signal: stopped.signal });
    for (let i = 0; i < RUNS; i++) {
      const id = await ours.submit({
        ...spec,
        nodes: 1,
        resources: { cpu: 0.1, memoryBytes: 256 * 1024 ** 2 }
      });
      await moments.all([id], ['its pod runs', 'its job has completed']);
    }
    const ids = await Promise.all(Array.from({ length: BURST }, () => ours.submit(spec)));
    await moments.all(ids, ['its group waits']);
    return moments.delays();
  } finally {
    stopped.abort();
    panel.close();
    await ours.close();
    await removeProject(api, namespace);
  }
}

/** When what happened was seen first, in the cluster and on the panel's stream. */
class Moments {
  readonly #ours: Ours;
  readonly #cluster = new Map<string, number>();
  readonly #panel = new Map<string, number>();
  #wake: () => void = () => undefined;

  constructor(
    ours: Ours,
    panel: WebSocket,
    where: { api: ClusterApi; namespace: string; signal: AbortSignal }
  ) {
    this.#ours = ours;
    panel.on('message', data => this.#hear(JSON.parse(String(data)) as ServerMessage));
    for (const moment of MOMENTS) {
      void this.#follow(moment, where).catch(() => undefined);
    }
  }

  /** Resolves when both have told of something about each of these. */
  async all(ids: readonly string[], what: readonly string[]): Promise<void> {
    const keys = ids.flatMap(id => what.map(each => `${each} ${runName(id)}`));
    while (!keys.every(key => this.#cluster.has(key) && this.#panel.has(key))) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  delays(): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (const { what } of MOMENTS) {
      const delays = [...this.#cluster].flatMap(([key, at]) => {
        const told = this.#panel.get(key);
        return key.startsWith(what) && told !== undefined ? [told - at] : [];
      });
      found.set(
        what,
        delays.sort((a, b) => a - b)
      );
    }
    return found;
  }

  async #follow(
    { what, kind, inCluster }: (typeof MOMENTS)[number],
    { api, namespace, signal }: { api: ClusterApi; namespace: string; signal: AbortSignal }
  ): Promise<void> {
    for await (const { object } of follow(api, kind, namespace, {}, signal)) {
      const name = object.metadata.labels?.[LABELS.run] ?? '';
      if (inCluster(object)) {
        this.#note(this.#cluster, `${what} ${name}`);
      }
    }
  }

  #hear(message: ServerMessage): void {
    if (message.type !== 'change' || message.event.kind !== 'training-run') {
      return;
    }
    const { orm } = this.#ours.app.db;
    for (const workload of store.attempts(orm, 'training-run', message.event.id)) {
      if (workload.state === 'failed' || workload.state === 'lost') {
        throw new Error(`a run is ${workload.state}: ${JSON.stringify(workload.reason)}`);
      }
      for (const { what, inPanel } of MOMENTS) {
        if (inPanel(workload)) {
          this.#note(this.#panel, `${what} ${runName(workload.id)}`);
        }
      }
    }
  }

  #note(of: Map<string, number>, key: string): void {
    if (!of.has(key)) {
      of.set(key, performance.now());
      this.#wake();
    }
  }
}

/** The stream that a page has open, of somebody who sees everything. */
async function openPanel({ app }: Ours): Promise<WebSocket> {
  const socket = app.files.file('panel.sock');
  await app.http.listen({ path: socket }, true);
  const dispatcher = new Agent({ connect: { socketPath: socket } });
  const client = createClient({
    baseUrl: 'http://localhost/',
    fetch: ((url: string, init: object) =>
      fetchOver(url, { ...init, dispatcher })) as unknown as typeof fetch
  });
  const password = readFileSync(app.files.file('admin-password'), 'utf8').trim();
  const { token } = await client.call(operations.account.signIn, {
    body: { name: 'admin', password }
  });
  await dispatcher.close();
  const panel = new WebSocket(`ws+unix:${socket}:/ws`, {
    headers: { authorization: `Bearer ${token}` }
  });
  await once(panel, 'open');
  panel.send(JSON.stringify({ type: 'hello' }));
  await once(panel, 'message');
  return panel;
}
