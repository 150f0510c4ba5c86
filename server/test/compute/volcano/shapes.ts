/**
 * Everything that an object which the engine makes may have, and no more: the fields with their exact values where these are not data,
 * and with the form of the data where they are. Written out here once more, so that what is added to manifests has to be added here.
 */
import { z } from 'zod';

const dnsLabel = z.string().regex(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/);
const labelName = z
  .string()
  .regex(/^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
const labelValue = z.string().regex(/^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
const labels = z.record(labelName, labelValue);
const resource = z
  .string()
  .regex(/^(?:cpu|memory|[a-z0-9][a-z0-9.-]*\/[A-Za-z0-9][-A-Za-z0-9_.]*)$/);
const quotaResource = z
  .string()
  .regex(/^(?:cpu|memory|requests\.[a-z0-9][a-z0-9.-]*\/[A-Za-z0-9][-A-Za-z0-9_.]*)$/);
/** In every form that Kubernetes takes there is more; ours are these. */
const quantity = z.string().regex(/^[0-9]+(?:\.[0-9]+)?(?:m|[kMGTP]i?|Ki)?$/);
const port = z.number().int().min(1).max(65_535);

/** What stands for whom an object is, and what people call it: text that nothing is made of. */
const annotations = z
  .object({
    'topsdl/run-id': z.string(),
    'topsdl/plan': z.string(),
    'topsdl/name': z.string()
  })
  .partial({ 'topsdl/name': true })
  .strict();

const metadata = z.object({ name: dnsLabel, namespace: dnsLabel, labels, annotations }).strict();

/** A path of the volume: relative, without a way up. */
const subPath = z.string().refine(path => !path.startsWith('/') && !path.split('/').includes('..'));
const mount = z
  .object({
    name: z.enum(['shared', 'scratch']),
    mountPath: z.string().startsWith('/'),
    subPath,
    readOnly: z.literal(true).optional()
  })
  .strict();

const container = z
  .object({
    name: z.literal('node'),
    image: z.literal('registry.invalid/workload:1'),
    imagePullPolicy: z.literal('IfNotPresent'),
    command: z.tuple([
      z.literal('python3'),
      z.literal('-I'),
      z.literal('-S'),
      z.literal('/opt/topsdl/node'),
      z.enum(['master', 'worker', 'replica'])
    ]),
    // Kubernetes replaces `$(NAME)` by a variable, unless there is another dollar before it.
    env: z.tuple([
      z
        .object({
          name: z.literal('TOPSDL_RUN'),
          value: z.string().refine(value => !value.replaceAll('$$', '').includes('$('))
        })
        .strict()
    ]),
    resources: z
      .object({ requests: z.record(resource, quantity), limits: z.record(resource, quantity) })
      .strict(),
    volumeMounts: z.array(mount),
    securityContext: z
      .object({
        allowPrivilegeEscalation: z.literal(false),
        readOnlyRootFilesystem: z.literal(true),
        runAsNonRoot: z.literal(true),
        capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }).strict()
      })
      .strict(),
    readinessProbe: z
      .object({
        tcpSocket: z.object({ port }).strict(),
        periodSeconds: z.number().int().min(1),
        timeoutSeconds: z.number().int().min(1),
        failureThreshold: z.number().int().min(1),
        successThreshold: z.literal(1)
      })
      .strict()
      .optional()
  })
  .strict();

const toleration = z
  .object({
    key: labelName.optional(),
    operator: z.enum(['Equal', 'Exists']).optional(),
    value: labelValue.optional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional()
  })
  .strict();

const template = z
  .object({
    metadata: z.object({ labels, annotations: z.object({}).strict() }).strict(),
    spec: z
      .object({
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        restartPolicy: z.enum(['Never', 'Always']),
        schedulerName: z.literal('volcano').optional(),
        terminationGracePeriodSeconds: z.number().int().min(1),
        securityContext: z
          .object({
            runAsUser: z.number().int().min(1),
            runAsGroup: z.number().int().min(1),
            runAsNonRoot: z.literal(true),
            seccompProfile: z.object({ type: z.literal('RuntimeDefault') }).strict(),
            sysctls: z.tuple([
              z
                .object({
                  name: z.literal('net.ipv4.ip_unprivileged_port_start'),
                  value: z.literal('0')
                })
                .strict()
            ])
          })
          .strict(),
        dnsConfig: z
          .object({ searches: z.tuple([z.string().regex(/^[a-z0-9.-]+$/)]) })
          .strict()
          .optional(),
        nodeSelector: labels.optional(),
        tolerations: z.array(toleration).optional(),
        containers: z.tuple([container]),
        volumes: z.tuple([
          z
            .object({
              name: z.literal('shared'),
              persistentVolumeClaim: z.object({ claimName: z.literal('topsdl-data') }).strict()
            })
            .strict(),
          z
            .object({
              name: z.literal('scratch'),
              emptyDir: z.object({ sizeLimit: z.string().regex(/^\d+$/) }).strict()
            })
            .strict()
        ])
      })
      .strict()
  })
  .strict();

const onEnd = z
  .object({
    event: z.enum(['PodFailed', 'PodEvicted', 'TaskCompleted']),
    action: z.enum(['TerminateJob', 'CompleteJob'])
  })
  .strict();

export const JobShape = z
  .object({
    apiVersion: z.literal('batch.volcano.sh/v1alpha1'),
    kind: z.literal('Job'),
    metadata,
    spec: z
      .object({
        schedulerName: z.literal('volcano'),
        queue: dnsLabel,
        minAvailable: z.number().int().min(1),
        maxRetry: z.literal(1),
        plugins: z
          .object({
            ssh: z.tuple([z.literal('--ssh-key-file-path=/etc/topsdl/ssh')]),
            svc: z.tuple([z.literal('--publish-not-ready-addresses=true')]),
            env: z.tuple([])
          })
          .strict(),
        policies: z.array(onEnd),
        tasks: z.array(
          z
            .object({
              name: z.enum(['master', 'worker']),
              replicas: z.number().int().min(0),
              policies: z.array(onEnd).optional(),
              template
            })
            .strict()
        )
      })
      .strict()
  })
  .strict();

export const StatefulSetShape = z
  .object({
    apiVersion: z.literal('apps/v1'),
    kind: z.literal('StatefulSet'),
    metadata,
    spec: z
      .object({
        replicas: z.number().int().min(0),
        podManagementPolicy: z.literal('Parallel'),
        updateStrategy: z.object({ type: z.literal('OnDelete') }).strict(),
        serviceName: dnsLabel,
        selector: z.object({ matchLabels: labels }).strict(),
        template
      })
      .strict()
  })
  .strict();

export const NamespaceShape = z
  .object({
    apiVersion: z.literal('v1'),
    kind: z.literal('Namespace'),
    metadata: z
      .object({
        name: dnsLabel,
        labels,
        annotations: z
          .object({ 'topsdl/project-id': z.string(), 'topsdl/name': z.string() })
          .partial({ 'topsdl/name': true })
          .strict()
      })
      .strict()
  })
  .strict();

export const QuotaShape = z
  .object({
    apiVersion: z.literal('v1'),
    kind: z.literal('ResourceQuota'),
    metadata: z.object({ name: z.literal('topsdl'), namespace: dnsLabel, labels }).strict(),
    spec: z.object({ hard: z.record(quotaResource, quantity) }).strict()
  })
  .strict();

export const QueueShape = z
  .object({
    apiVersion: z.literal('scheduling.volcano.sh/v1beta1'),
    kind: z.literal('Queue'),
    metadata: z.object({ name: dnsLabel, labels }).strict(),
    spec: z
      .object({
        weight: z.literal(1),
        reclaimable: z.literal(true),
        capability: z.record(resource, quantity).optional()
      })
      .strict()
  })
  .strict();
