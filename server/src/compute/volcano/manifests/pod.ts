import { join } from 'node:path';

import type { ReadinessProbe } from '../../engine.ts';
import type { ClusterPlan } from '../clusterPlan.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { LABELS, labelValue, ownLabels } from '../names.ts';
import type { Container, PodTemplate, Probe, Quantities, Volume, VolumeMount } from '../objects.ts';
import { GIVEN, KEPT, PROGRAM, overlayDirectory, runFiles } from '../places.ts';
import { milliCores, wholeBytes } from '../quantities.ts';
import { subPathOf } from '../share.ts';

export type PodRole = 'master' | 'worker' | 'replica';

const SHARED = 'shared';
const SCRATCH = 'scratch';
/** Directories of a pod's own, which may be written. All else of the image is read-only. */
const WRITABLE = {
  workspace: '/workspace',
  tmp: '/tmp',
  'var-tmp': '/var/tmp',
  root: '/root',
  run: '/run',
  mpi: '/etc/mpi'
} as const;

/** What every pod of a role looks like. */
export function podTemplate(
  config: VolcanoEngineConfig,
  plan: ClusterPlan,
  role: PodRole,
  program: string
): PodTemplate {
  const { uid, gid } = config;
  return {
    metadata: { labels: podLabels(config, plan), annotations: fabricAnnotations(config, plan) },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: role === 'replica' ? 'Always' : 'Never',
      ...(role === 'replica' ? {} : { schedulerName: config.scheduler }),
      terminationGracePeriodSeconds: Math.max(1, Math.ceil(plan.graceMs / 1000)),
      securityContext: {
        runAsUser: uid,
        runAsGroup: gid,
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
        // sshd listens on port 22 without a capability.
        sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }]
      },
      ...(role === 'replica'
        ? {}
        : // Names without the job's domain are understood, too.
          {
            dnsConfig: {
              searches: [`${plan.name}.${plan.namespace}.svc.${config.clusterDomain}`]
            }
          }),
      ...placement(config, plan),
      ...(config.imagePullSecrets.length > 0
        ? { imagePullSecrets: config.imagePullSecrets.map(name => ({ name })) }
        : {}),
      containers: [container(config, plan, role, program)],
      volumes: [
        sharedVolume(config),
        { name: SCRATCH, emptyDir: { sizeLimit: String(plan.scratchBytes) } }
      ]
    }
  };
}

/** Labels of everything that belongs to a run. */
export function runLabels(config: VolcanoEngineConfig, plan: ClusterPlan): Record<string, string> {
  return {
    ...ownLabels(config.instance),
    [LABELS.run]: plan.name,
    [LABELS.project]: labelValue(plan.namespace)
  };
}

export function podLabels(config: VolcanoEngineConfig, plan: ClusterPlan): Record<string, string> {
  return { ...runLabels(config, plan), [LABELS.network]: plan.network };
}

function container(
  config: VolcanoEngineConfig,
  plan: ClusterPlan,
  role: PodRole,
  program: string
): Container {
  return {
    name: 'node',
    image: config.image,
    imagePullPolicy: config.imagePullPolicy,
    command: ['python3', '-I', '-S', PROGRAM, role],
    env: [{ name: 'TOPSDL_RUN', value: verbatim(plan.runId) }],
    resources: resources(config, plan),
    volumeMounts: mounts(config, plan, program),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] }
    },
    ...(role === 'replica' && plan.readiness !== undefined
      ? { readinessProbe: probe(plan.readiness) }
      : {}),
    // A gateway goes on to send requests for a moment after it could have known better.
    ...(role === 'replica' && config.gateway !== undefined
      ? { lifecycle: { preStop: { exec: { command: ['sleep', '3'] } } } }
      : {})
  };
}

function resources(config: VolcanoEngineConfig, plan: ClusterPlan): Container['resources'] {
  const { cpu, memoryBytes } = plan;
  const share = (overcommit: number): Record<string, string> => ({
    ...(cpu === undefined ? {} : { cpu: milliCores(cpu / overcommit) }),
    ...(memoryBytes === undefined ? {} : { memory: wholeBytes(memoryBytes / overcommit) })
  });
  const limits = share(1);
  const devices: Record<string, string> = {
    ...(plan.cards > 0 && plan.cardResource !== undefined
      ? { [plan.cardResource]: String(plan.cards) }
      : {})
  };
  for (const fabric of plan.fabrics) {
    for (const [resource, amount] of Object.entries(config.fabrics[fabric]?.resources ?? {})) {
      devices[resource] = String(amount);
    }
  }
  // A quota refuses pods that say nothing of what it limits, and nothing said means as much as the limit.
  const nothing: Quantities = { cpu: '0', memory: '0' };
  return {
    requests: { ...nothing, ...(plan.counted ? share(config.overcommit) : {}), ...devices },
    limits: { ...limits, ...devices }
  };
}

/** What the spec says, and what the configuration says of all pods: of a label that both name, the latter. */
function placement(
  config: VolcanoEngineConfig,
  plan: ClusterPlan
): Pick<PodTemplate['spec'], 'nodeSelector' | 'tolerations'> {
  const nodeSelector = { ...plan.nodeSelector, ...config.nodeSelector };
  const tolerations = [...config.tolerations, ...plan.tolerations];
  return {
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0
      ? {
          tolerations: tolerations.map(({ key, operator, value, effect }) => ({
            ...(key === undefined ? {} : { key }),
            ...(operator === undefined ? {} : { operator }),
            ...(value === undefined ? {} : { value }),
            ...(effect === undefined ? {} : { effect })
          }))
        }
      : {})
  };
}

function fabricAnnotations(config: VolcanoEngineConfig, plan: ClusterPlan): Record<string, string> {
  return Object.assign(
    {},
    ...plan.fabrics.map(name => config.fabrics[name]?.annotations ?? {})
  ) as Record<string, string>;
}

function sharedVolume(config: VolcanoEngineConfig): Volume {
  return 'claim' in config.volume
    ? { name: SHARED, persistentVolumeClaim: { claimName: config.volume.claim } }
    : { name: SHARED, hostPath: { path: config.volume.hostPath, type: 'Directory' } };
}

function mounts(config: VolcanoEngineConfig, plan: ClusterPlan, program: string): VolumeMount[] {
  const files = runFiles(plan.directory);
  const shared = (source: string, mountPath: string, readOnly: boolean): VolumeMount => ({
    name: SHARED,
    mountPath,
    subPath: subPathOf(config, source),
    ...(readOnly ? { readOnly: true } : {})
  });
  return [
    ...Object.entries(WRITABLE).map(([subPath, mountPath]) => ({
      name: SCRATCH,
      mountPath,
      subPath
    })),
    shared(program, PROGRAM, true),
    shared(files.given, GIVEN, true),
    shared(files.kept, KEPT, false),
    shared(join(program, 'passwd'), '/etc/passwd', true),
    shared(join(program, 'group'), '/etc/group', true),
    ...(plan.layer === undefined ? [] : [shared(plan.layer, '/layer', true)]),
    ...plan.mounts.map(({ source, target, mode }, index) =>
      mode === 'overlay'
        ? shared(overlayDirectory(plan.directory, index), target, false)
        : shared(source, target, mode === 'read')
    )
  ];
}

/** Kubernetes counts in whole seconds. */
function probe(readiness: ReadinessProbe): Probe {
  const { port, path, intervalMs = 250, timeoutMs = 2000, failures = 3 } = readiness;
  return {
    ...(path === undefined ? { tcpSocket: { port } } : { httpGet: { port, path } }),
    periodSeconds: Math.max(1, Math.round(intervalMs / 1000)),
    timeoutSeconds: Math.max(1, Math.round(timeoutMs / 1000)),
    failureThreshold: Math.max(1, failures),
    successThreshold: 1
  };
}

/** Text in which Kubernetes expands no variable. */
function verbatim(text: string): string {
  // A dollar stands for itself when there are two: `$$(A)` is as good as `$` and the variable's value, were it to get a third.
  return text.replaceAll('$', '$$$$');
}
