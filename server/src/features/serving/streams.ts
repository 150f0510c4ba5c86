import { setTimeout } from 'node:timers/promises';
import { operations, type ServiceMetrics } from '@topsdl/contract';
import type { App } from '../../app.ts';
import type { Gateway, Role } from '../../gateway/index.ts';
import { STEP_SECONDS } from '../../gateway/index.ts';
import { followLog, type LogState } from '../../reconcile/logs.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { Workload } from '../../reconcile/table.ts';
import type { Builds } from './builds.ts';
import { presentMetrics } from './present.ts';
import type { Replicas } from './replicas.ts';
import type { ServingService } from './service.ts';

/** Minutes that a chart shows where nobody says. */
export const DEFAULT_MINUTES = 30;

/** The figures of a service's roles over the last minutes. */
export function metricsOf(gateway: Gateway, serviceId: string, minutes: number): ServiceMetrics {
  const steps = (minutes * 60) / STEP_SECONDS;
  const snapshot = gateway.snapshot(serviceId, steps);
  if (!snapshot) {
    throw new Error('the gateway has no table for the service');
  }
  return presentMetrics(snapshot, steps);
}

/** The log of a build: its newest attempt's. */
export function buildLog(builds: Builds, versionId: string): LogState {
  const [newest] = builds.attempts(versionId).toReversed();
  return logState(newest ? [newest] : [], ({ observed }) => observed.map(({ name }) => name));
}

/** The logs of the replicas of a version, those of earlier attempts first. */
export function replicaLog(replicas: Replicas, versionId: string): LogState {
  return logState(replicas.attempts(versionId), ({ nodes, observed }) => {
    const highest = Math.max(nodes, ...observed.map(({ index }) => index + 1));
    return Array.from({ length: highest }, (_, index) => `replica-${index}`);
  });
}

function logState(
  attempts: readonly Workload[],
  names: (workload: Workload) => readonly string[]
): LogState {
  const last = attempts.at(-1);
  return {
    sources: attempts.flatMap(workload =>
      workload.handle
        ? {
            attempt: workload.attempt,
            handle: workload.handle,
            nodes: names(workload),
            startedAt: workload.startedAt ?? workload.createdAt
          }
        : []
    ),
    ended: last === undefined || last.settledAt !== null
  };
}

/** What clients can follow beside the changes. */
export function defineTopics(parts: {
  app: App;
  gateway: Gateway;
  reconciler: Reconciler;
  service: ServingService;
  builds: Builds;
  replicas: Replicas;
}): void {
  const { app, gateway, reconciler, service, builds, replicas } = parts;
  const { serving } = operations;
  app.topics.define('serving.build', {
    operation: serving.buildLog,
    open: (id, from, signal) =>
      followLog(
        app.compute,
        () => buildLog(builds, id),
        aborted => reconciler.changes.next(id, aborted),
        { from },
        signal
      )
  });
  for (const [name, role] of [
    ['serving.logs', 'production'],
    ['serving.gray-logs', 'gray']
  ] as const satisfies [string, Role][]) {
    app.topics.define(name, {
      operation: serving.logs,
      open: (id, from, signal) => {
        const { id: versionId } = service.inRole(id, role);
        return followLog(
          app.compute,
          () => replicaLog(replicas, versionId),
          aborted => reconciler.changes.next(versionId, aborted),
          { from },
          signal
        );
      }
    });
  }
  app.topics.define('serving.metrics', {
    operation: serving.metrics,
    async *open(id, _from, signal) {
      while (!signal.aborted && gateway.has(id)) {
        yield metricsOf(gateway, id, DEFAULT_MINUTES);
        await setTimeout(STEP_SECONDS * 1000, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  });
}
