import { isAbsolute } from 'node:path';
import { CardResource, LabelName, LabelValue, Toleration } from '@topsdl/contract';
import { z } from 'zod';

import { DEFAULTS, type SharedVolume, type VolcanoEngineConfig } from './config.ts';

const labels = z.record(LabelName, LabelValue);
const path = z.string().refine(isAbsolute, 'an absolute path');
const dnsLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, {
  message: 'lower-case letters, digits and -'
});
const fabric = z
  .object({
    resources: z.record(CardResource, z.number().int().min(1)).default({}),
    // Of pods, whose names are as those of labels.
    annotations: z.record(LabelName, z.string()).default({})
  })
  .strict();

const gateway = z
  .object({
    /** The Gateway that routes are attached to, as `namespace/name`. */
    parent: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, {
        message: 'a Gateway such as gateways/public'
      })
      .transform(parent => parent.split('/') as [string, string]),
    /** A name of the services' own: what shares JupyterLab's could act for whoever looks at it. */
    host: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, {
      message: 'a host name in lower-case letters'
    }),
    path: z
      .string()
      .regex(/^(\/[A-Za-z0-9._~-]+)*$/, { message: 'a path such as /services' })
      .default('/services'),
    /** Labels of the pods that carry its requests; by itself all of the Gateway's namespace. */
    from: z.object({ namespace: labels, pod: labels }).strict().optional()
  })
  .strict()
  .transform(({ parent: [namespace, name], from, ...rest }) => ({
    ...rest,
    namespace,
    name,
    from: from ?? { namespace: { 'kubernetes.io/metadata.name': namespace }, pod: {} }
  }));

/** The section `cluster` of the configuration: where `compute.engine` is `volcano`. */
export const clusterSettings = z
  .object({
    /** Without it, the pod's service account, or what `KUBECONFIG` and `~/.kube/config` say. */
    kubeconfig: path.optional(),
    context: z.string().min(1).optional(),
    /** What nodes of runs are made of: bash, coreutils, Python, sshd, ssh and Open MPI. */
    image: z
      .string()
      .regex(/^[a-z0-9][\w.:/@-]*$/, { message: 'an image such as registry/name:tag' })
      .optional(),
    image_pull_policy: z
      .enum(['IfNotPresent', 'Always', 'Never'])
      .default(DEFAULTS.imagePullPolicy),
    image_pull_secrets: z.array(dnsLabel).default([]),
    /** The volume that companion and pods share: a claim, as `namespace/name` ... */
    claim: z
      .string()
      .regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/, { message: 'a claim such as topsdl/data' })
      .optional(),
    /** ... or a directory that all machines have. */
    host_path: path.optional(),
    /** Where the companion sees the volume's root; by itself the data directory. */
    volume_root: path.optional(),
    /** Who makes the namespaces of projects, with quotas, queues, policies and claims: the companion, or an administrator beforehand. */
    projects: z.enum(['managed', 'given']).default(DEFAULTS.projects),
    namespace_prefix: dnsLabel.max(40).default(DEFAULTS.namespacePrefix),
    /** Namespaces that are given, by the names of projects. */
    namespaces: z.record(z.string().min(1), dnsLabel.max(63)).default({}),
    /** One queue for all; by itself each project has its own. */
    queue: dnsLabel.optional(),
    scheduler: dnsLabel.default(DEFAULTS.scheduler),
    domain: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, { message: 'a domain such as cluster.local' })
      .default(DEFAULTS.clusterDomain),
    uid: z.number().int().min(1).max(2_147_483_647).default(DEFAULTS.uid),
    gid: z.number().int().min(1).max(2_147_483_647).default(DEFAULTS.gid),
    watch: z.enum(['cluster', 'namespace']).default(DEFAULTS.watch),
    /** How ports of pods are reached: `auto` takes the direct way where the companion is a pod itself. */
    reach: z.enum(['auto', 'direct', 'forward']).default('auto'),
    /** Labels of the companion's namespace and pod, for the policy that lets it in. */
    companion: z.object({ namespace: labels, pod: labels }).strict().optional(),
    /** Private addresses that builds of packages reach, too, as blocks: of a package index of one's own. */
    egress: z.array(z.union([z.cidrv4(), z.cidrv6()])).default([]),
    /** A way into services around the companion and its sign-in: whoever reaches the gateway reaches them. */
    gateway: gateway.optional(),
    node_selector: labels.default({}),
    tolerations: z.array(Toleration).default([]),
    /** What IB and RoCE of a compute spec mean here. */
    ib: fabric.optional(),
    roce: fabric.optional(),
    ready_seconds: z
      .number()
      .int()
      .min(5)
      .max(3600)
      .default(DEFAULTS.readyTimeoutMs / 1000),
    scratch_bytes: z
      .number()
      .int()
      .min(1024 * 1024)
      .default(DEFAULTS.scratchBytes),
    max_processes: z.number().int().min(16).max(4_194_304).default(DEFAULTS.maxProcesses)
  })
  .strict();

export type ClusterSettings = z.output<typeof clusterSettings>;

/** What an engine on a cluster cannot do without, by the setting that is wrong. */
export function clusterFaults(settings: ClusterSettings): { setting: string; message: string }[] {
  const faults: { setting: string; message: string }[] = [];
  if (settings.image === undefined) {
    faults.push({ setting: 'image', message: 'an image is needed for compute.engine volcano' });
  }
  if ((settings.claim === undefined) === (settings.host_path === undefined)) {
    faults.push({
      setting: settings.claim === undefined ? 'claim' : 'host_path',
      message: 'either cluster.claim or cluster.host_path is needed for compute.engine volcano'
    });
  }
  const { namespaces } = settings;
  if (settings.projects === 'given' && settings.gateway !== undefined) {
    faults.push({
      setting: 'gateway',
      message:
        'routes are made in namespaces of the companion’s own alone, not where cluster.projects is given'
    });
  }
  if (settings.projects === 'managed' && Object.keys(namespaces).length > 0) {
    faults.push({
      setting: 'namespaces',
      message: 'they are given where cluster.projects is given'
    });
  }
  if (new Set(Object.values(namespaces)).size < Object.keys(namespaces).length) {
    faults.push({ setting: 'namespaces', message: 'each project has a namespace of its own' });
  }
  return faults;
}

/** The engine's configuration from settings that have no fault. */
export function volcanoConfig(
  settings: ClusterSettings,
  around: {
    dataDirectory: string;
    instance: string;
    logLimitBytes: number;
    overcommit: number;
    /** Whether the companion is a pod of the cluster itself. */
    inCluster: boolean;
  }
): VolcanoEngineConfig {
  const { inCluster, ...given } = around;
  const { kubeconfig, context, queue, companion, gateway, reach, ib, roce } = settings;
  return {
    ...given,
    image: settings.image ?? '',
    imagePullPolicy: settings.image_pull_policy,
    imagePullSecrets: settings.image_pull_secrets,
    volume: sharedVolume(settings),
    volumeRoot: settings.volume_root ?? around.dataDirectory,
    projects: settings.projects,
    namespacePrefix: settings.namespace_prefix,
    namespaces: settings.namespaces,
    scheduler: settings.scheduler,
    clusterDomain: settings.domain,
    uid: settings.uid,
    gid: settings.gid,
    watch: settings.watch,
    reach: reach !== 'auto' ? reach : inCluster && kubeconfig === undefined ? 'direct' : 'forward',
    egress: settings.egress,
    nodeSelector: settings.node_selector,
    tolerations: settings.tolerations,
    fabrics: { ...(ib && { ib }), ...(roce && { roce }) },
    readyTimeoutMs: settings.ready_seconds * 1000,
    scratchBytes: settings.scratch_bytes,
    maxProcesses: settings.max_processes,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(queue !== undefined && { queue }),
    ...(companion !== undefined && { companion }),
    ...(gateway !== undefined && { gateway })
  };
}

function sharedVolume({ claim, host_path: hostPath }: ClusterSettings): SharedVolume {
  const [namespace = '', name = ''] = claim?.split('/') ?? [];
  return hostPath === undefined ? { claim: name, namespace } : { hostPath };
}
