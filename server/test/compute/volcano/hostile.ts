/** What a person could write into every field that they have, and what they must not get into an object of the cluster. */
import fc from 'fast-check';

import type { WorkloadSpec } from '../../../src/compute/engine.ts';
import { SPEC } from './samples.ts';

const WORDS = [
  '{{ .Values.x }}',
  '{{- range $i, $e := . }}',
  '$(KUBERNETES_SERVICE_HOST)',
  '$$(HOME)',
  '%(run)s ${HOME}',
  'a\nprivileged: true\nhostNetwork: true',
  'a\r\nserviceAccountName: default',
  '!!python/object/apply:os.system ["id"]',
  '&a *a',
  '--- \n- |',
  '猫'.repeat(50),
  '训练\n任务',
  '\u202egnp',
  '\u2028x\u2029',
  'e\u0301',
  '\ud800',
  '\ufeffa\uffff\ufffe',
  '"; rm -rf /; "',
  '{"hostPath":{"path":"/"}}',
  '/workspace/../../etc',
  '-'.repeat(300),
  'x'.repeat(50),
  '__proto__',
  'constructor',
  ' ',
  ''
];

export const nasty = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 })
);

/** Fields of a pod that somebody might hope to set by adding them to what an API takes. */
export const SMUGGLED = {
  hostPath: '/',
  privileged: true,
  hostNetwork: true,
  hostPID: true,
  hostIPC: true,
  hostUsers: true,
  serviceAccount: 'admin',
  serviceAccountName: 'admin',
  automountServiceAccountToken: true,
  nodeName: 'control',
  initContainers: [{ name: 'x', image: 'evil' }],
  ephemeralContainers: [{ name: 'x' }],
  securityContext: { privileged: true, runAsUser: 0 },
  volumes: [{ name: 'x', hostPath: { path: '/' } }],
  volumeMounts: [{ name: 'x', mountPath: '/host' }],
  priorityClassName: 'system-node-critical',
  runtimeClassName: 'none',
  subPathExpr: '$(HOME)',
  mountPropagation: 'Bidirectional',
  recursiveReadOnly: 'Disabled',
  metadata: {
    annotations: { 'container.apparmor.security.beta.kubernetes.io/node': 'unconfined' }
  },
  plugins: { mpi: ['--master=x'] },
  labels: { 'topsdl/network': 'egress' },
  toString: 'x'
};

const quantity = fc.oneof(
  nasty,
  fc.constantFrom('1e9', '-1', '1Ki;', '0x10', ' 1', '１', '1e400', '1', '500m', '128Gi', '1.5')
);

/** A project with quotas that nothing has checked. */
export const projects = fc.record({
  id: nasty,
  name: nasty,
  quotas: fc.dictionary(
    fc.oneof(
      nasty,
      fc.constantFrom('cpu', 'memory', 'storage', 'pods', 'limits.cpu', 'requests.foo'),
      fc.constantFrom('requests.enflame.com/dtu', 'requests.a..b/c', 'requests.requests.a/b')
    ),
    quantity,
    { maxKeys: 8 }
  )
});

const toleration = fc.record(
  {
    key: fc.oneof(nasty, fc.constant('enflame.com/dtu')),
    operator: fc.oneof(nasty, fc.constantFrom('Exists', 'Equal')),
    value: fc.oneof(nasty, fc.constant('yes')),
    effect: fc.oneof(nasty, fc.constantFrom('NoSchedule', 'NoExecute')),
    tolerationSeconds: fc.integer()
  },
  { requiredKeys: [] }
);

const often = <T>(value: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });

/** A workload of which each field is anything, and each object has more than it should; often enough it can be planned. */
export const workloads = fc
  .record({
    kind: fc.constantFrom('batch' as const, 'interactive' as const, 'service' as const),
    command: fc.oneof(nasty, fc.array(nasty, { minLength: 1, maxLength: 4 })),
    workingDirectory: often(
      '/workspace',
      nasty.map(text => `/workspace/${text}`)
    ),
    env: fc.dictionary(
      fc.oneof(
        { weight: 5, arbitrary: fc.stringMatching(/^[A-Z_]{1,12}$/) },
        { weight: 1, arbitrary: nasty }
      ),
      fc.oneof(
        { weight: 5, arbitrary: nasty.map(text => text.replace(/[\0\r\n]/g, ' ')) },
        { weight: 1, arbitrary: nasty }
      ),
      { maxKeys: 3 }
    ),
    target: nasty,
    projectId: nasty,
    cardResource: often<string | undefined>(
      'enflame.com/dtu',
      fc.oneof(
        nasty,
        fc.constantFrom('cpu', 'memory', 'requests.a/b', 'kubernetes.io/x', undefined)
      )
    ),
    cards: often(1, fc.oneof(fc.integer(), fc.double())),
    cpu: often(1, fc.double()),
    memoryBytes: often(1024 ** 3, fc.double()),
    nodeSelector: often(
      { pool: 'cards' },
      fc.dictionary(nasty, nasty, { maxKeys: 3 }) as fc.Arbitrary<Record<string, string>>
    ),
    tolerations: often([{ operator: 'Exists' }], fc.array(toleration, { maxLength: 3 })),
    network: fc.constantFrom('none' as const, 'egress' as const),
    port: often(8080, fc.integer()),
    replicas: often(2, fc.integer())
  })
  .map(fields => {
    const { kind, target, cardResource, cards, cpu, memoryBytes, ...rest } = fields;
    const { nodeSelector, tolerations, port, replicas, ...plain } = rest;
    const service = kind === 'service';
    return {
      ...SMUGGLED,
      ...plain,
      kind,
      nodes: service ? 1 : 3,
      image: { ...SPEC.image, ...SMUGGLED },
      mounts: [
        {
          ...SMUGGLED,
          source: '/data/topsdl/sets/x',
          target: `/workspace/${target}`,
          readOnly: true
        }
      ],
      resources: { ...SMUGGLED, cards, cpu, memoryBytes, cardResource },
      placement: { ...SMUGGLED, nodeSelector, tolerations },
      ...(service ? { replicas, ports: [port], readiness: { ...SMUGGLED, port } } : {})
    } as unknown as WorkloadSpec;
  });
