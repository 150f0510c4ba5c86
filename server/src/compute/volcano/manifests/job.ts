import type { ClusterPlan } from '../clusterPlan.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { ANNOTATIONS } from '../names.ts';
import type { VolcanoJob } from '../objects.ts';
import { KEYS } from '../places.ts';
import { podTemplate, runLabels } from './pod.ts';

/** What says which run an object is for, and what was planned. */
export interface Identity {
  runId: string;
  hash: string;
  title: string;
}

/** Annotations by which an object that is there already is known as ours. */
export function identityAnnotations(identity: Identity): Record<string, string> {
  return {
    [ANNOTATIONS.run]: identity.runId,
    [ANNOTATIONS.plan]: identity.hash,
    ...(identity.title === '' ? {} : { [ANNOTATIONS.name]: identity.title })
  };
}

/**
 * The Volcano job of a batch or interactive workload.
 *
 * The ends of a job say how it ended: the master's success completes it, a pod that fails or is evicted terminates it, and what aborts
 * it is a command. `maxRetry` 1, because an attempt is never made again by the controller; and the worker's task is there without a
 * replica, too, for `worker.host` to be.
 */
export function jobManifest(
  config: VolcanoEngineConfig,
  plan: ClusterPlan,
  hash: string,
  program: string
): VolcanoJob {
  return {
    apiVersion: 'batch.volcano.sh/v1alpha1',
    kind: 'Job',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      labels: runLabels(config, plan),
      annotations: identityAnnotations({ runId: plan.runId, hash, title: plan.title })
    },
    spec: {
      schedulerName: config.scheduler,
      queue: config.queue ?? plan.namespace,
      minAvailable: plan.nodes.length,
      maxRetry: 1,
      plugins: {
        // Anywhere but below /root the keys can be read by the pod's user; the node's program makes files of its own from them.
        ssh: [`--ssh-key-file-path=${KEYS}`],
        // Names resolve before nodes are ready, so that `mpirun` finds them as soon as they answer.
        svc: ['--publish-not-ready-addresses=true'],
        env: []
      },
      policies: [
        { event: 'PodFailed', action: 'TerminateJob' },
        { event: 'PodEvicted', action: 'TerminateJob' }
      ],
      tasks: [
        {
          name: 'master',
          replicas: 1,
          policies: [{ event: 'TaskCompleted', action: 'CompleteJob' }],
          template: podTemplate(config, plan, 'master', program)
        },
        {
          name: 'worker',
          replicas: plan.nodes.length - 1,
          template: podTemplate(config, plan, 'worker', program)
        }
      ]
    }
  };
}
