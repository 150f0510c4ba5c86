import { mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';

import type { App } from '../../server/src/app.ts';
import { createCompanion } from '../../server/src/companion.ts';
import { FINAL_STATES, type WorkloadSpec } from '../../server/src/compute/engine.ts';
import { readConfig } from '../../server/src/config.ts';
import { newId } from '../../server/src/db/ids.ts';
import type { Feature } from '../../server/src/feature.ts';
import { features } from '../../server/src/features/index.ts';
import { projectDirectory } from '../../server/src/features/projects/directory.ts';
import { DataDirectory } from '../../server/src/files/layout.ts';
import type { WorkloadOwner } from '../../server/src/reconcile/owner.ts';
import { workloadsOf } from '../../server/src/reconcile/service.ts';
import type { BenchCluster } from './cluster.ts';

/** What everybody submits, and what nobody has room for: so jobs wait, and no pods take the machine's time. */
export const CARD = 'topsdl.invalid/card';

/** The companion's own parts that everything stands on; the feature below takes the place of those that have workloads. */
const PARTS = ['system', 'account', 'projects', 'admin'];

const roots: string[] = [];

/** Removes the data directories of all companions. A file system that has just removed many files is slow to make new ones. */
export async function removeAll(): Promise<void> {
  await Promise.all(roots.map(root => rm(root, { recursive: true, force: true })));
}

export interface Ours {
  readonly app: App;
  readonly projectId: string;
  /** Asks for a workload, as a feature does, and resolves with its id when the engine has told of its job in the cluster. */
  submit(spec: WorkloadSpec): Promise<string>;
  close(): Promise<void>;
}

/**
 * A companion in this process, with database, events, reconciler and engine, on a data directory of its own.
 *
 * Its one feature asks for workloads like every other: a row and an event in one transaction that is synced to the disk, a directory of
 * the attempt, and an event for each change.
 */
export async function startOurs(cluster: BenchCluster, prefix: string): Promise<Ours> {
  const root = mkdtempSync(join(cluster.volume, `${prefix}-`));
  roots.push(root);
  const files = new DataDirectory(root);
  const config = readConfig(files.file('config.toml'), {
    TOPSDL_COMPUTE_ENGINE: 'volcano',
    TOPSDL_COMPUTE_OVERCOMMIT: '16',
    TOPSDL_CLUSTER_KUBECONFIG: cluster.kubeconfig,
    TOPSDL_CLUSTER_IMAGE: cluster.image,
    TOPSDL_CLUSTER_HOST_PATH: cluster.volume,
    TOPSDL_CLUSTER_VOLUME_ROOT: cluster.volume,
    TOPSDL_CLUSTER_NAMESPACE_PREFIX: prefix,
    ...(cluster.scheduler === undefined ? {} : { TOPSDL_CLUSTER_SCHEDULER: cluster.scheduler }),
    TOPSDL_PROJECT_QUOTAS: '{}'
  });
  const specs = new Map<string, WorkloadSpec>();
  const feature: Feature = {
    name: 'bench',
    register: app => workloadsOf(app).reconciler.register(ownerOf(app, specs))
  };
  const app = await createCompanion({
    options: { data: root },
    config,
    files,
    log: pino({ level: 'error' }),
    features: [...features.filter(({ name }) => PARTS.includes(name)), feature]
  });
  const [projectId = ''] = app.services.get(projectDirectory).ids();
  const waiters = new Map<string, (error?: Error) => void>();
  const unwatch = app.compute.watch(({ runId, state, reason }) => {
    const failed = FINAL_STATES.includes(state) && state !== 'succeeded';
    waiters.get(runId)?.(
      failed ? new Error(`${runId} is ${state}: ${reason?.message}`) : undefined
    );
  });
  return {
    app,
    projectId,
    submit(spec) {
      const ownerId = newId();
      specs.set(ownerId, spec);
      const { cpu = 0, memoryBytes = 0, cards = 0, cardResource = null } = spec.resources ?? {};
      return new Promise((resolve, reject) => {
        const { id } = app.db.write(tx =>
          workloadsOf(app).reconciler.request(tx, {
            kind: 'training-run',
            ownerId,
            attempt: 1,
            projectId,
            name: `Benchmark ${ownerId}`,
            nodes: spec.nodes ?? 1,
            resources: { cpu, memoryBytes, cards, cardResource },
            counted: true,
            graceMs: spec.graceMs ?? 0,
            createdBy: null
          })
        );
        waiters.set(id, error => {
          waiters.delete(id);
          if (error === undefined) {
            resolve(id);
          } else {
            reject(error);
          }
        });
      });
    },
    async close() {
      unwatch();
      await app.life.stop();
    }
  };
}

function ownerOf(app: App, specs: ReadonlyMap<string, WorkloadSpec>): WorkloadOwner {
  return {
    kind: 'training-run',
    async prepare({ ownerId, attempt }) {
      const spec = specs.get(ownerId);
      if (spec === undefined) {
        throw new Error(`nobody asked for ${ownerId}`);
      }
      const directory = app.files.path('runs', ownerId, String(attempt));
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return { spec, directory };
    },
    changed(tx, { ownerId, projectId }, before) {
      tx.emit({
        type: before === null ? 'created' : 'updated',
        kind: 'training-run',
        id: ownerId,
        projectId
      });
    }
  };
}
