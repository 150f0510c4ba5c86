import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDRESSES, API_PORT, RUN, STANDIN, WEBHOOK_PORT } from './layout.ts';
import { keyFile, kubeconfigOf } from './keys.ts';
import type { MachineDescription, Service } from './machine.ts';

const DIRECTORY = join(RUN, 'control');
const ETCD = 'http://127.0.0.1:2379';

/** The machine of the control plane sees the host's files: it runs what comes from this checkout. */
export const CONTROL_MACHINE: MachineDescription = {
  ownRoot: false,
  mounts: [{ kind: 'proc', target: '/proc' }]
};

export function etcd(programs: string): Service {
  return {
    name: 'etcd',
    command: [
      ...[programs, 'etcd', '--data-dir', join(DIRECTORY, 'etcd'), '--log-level', 'warn'],
      ...['--listen-client-urls', ETCD, '--advertise-client-urls', ETCD],
      ...['--listen-peer-urls', 'http://127.0.0.1:2380'],
      // What is lost with the machine's power is a test.
      '--unsafe-no-fsync'
    ]
  };
}

export function apiServer(programs: string): Service {
  return {
    name: 'kube-apiserver',
    command: [
      ...[programs, 'kube-apiserver', '--etcd-servers', ETCD, '--allow-privileged'],
      ...['--secure-port', `${API_PORT}`, '--advertise-address', ADDRESSES.control],
      ...['--tls-cert-file', keyFile('api-server.crt')],
      ...['--tls-private-key-file', keyFile('api-server.key')],
      ...['--client-ca-file', keyFile('ca.crt'), '--authorization-mode', 'Node,RBAC'],
      ...['--enable-admission-plugins', 'NodeRestriction'],
      ...['--kubelet-certificate-authority', keyFile('ca.crt')],
      ...['--kubelet-client-certificate', keyFile('to-kubelets.crt')],
      ...['--kubelet-client-key', keyFile('to-kubelets.key')],
      ...['--kubelet-preferred-address-types', 'InternalIP'],
      ...['--service-account-issuer', 'https://kubernetes.default.svc'],
      ...['--service-account-key-file', keyFile('service-accounts.pub')],
      ...['--service-account-signing-key-file', keyFile('service-accounts.key')],
      ...['--service-cluster-ip-range', ADDRESSES.services]
    ]
  };
}

export function controllerManager(programs: string): Service {
  return {
    name: 'kube-controller-manager',
    command: [
      ...[programs, 'kube-controller-manager', '--kubeconfig', kubeconfigOf('controllers')],
      ...[
        '--leader-elect=false',
        '--use-service-account-credentials',
        '--bind-address',
        '127.0.0.1'
      ],
      ...['--root-ca-file', keyFile('ca.crt')],
      ...['--service-account-private-key-file', keyFile('service-accounts.key')]
    ]
  };
}

/** Pods of Volcano's jobs are bound by Volcano's scheduler, or by this one where the stand-in has admitted their gang. */
export function scheduler(programs: string, standin: boolean): Service {
  const names = ['default-scheduler', ...(standin ? ['volcano'] : [])];
  return {
    name: 'kube-scheduler',
    command: [
      ...[programs, 'kube-scheduler', '--bind-address', '127.0.0.1', '--config'],
      write('scheduler.json', {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        leaderElection: { leaderElect: false },
        clientConnection: { kubeconfig: kubeconfigOf('scheduler') },
        profiles: names.map(schedulerName => ({ schedulerName }))
      })
    ]
  };
}

/** The last plugin answers every other name with NXDOMAIN; without it resolvers wait for servers that there are not. */
export function dns(programs: string): Service {
  const corefile = write(
    'Corefile',
    `.:53 {
      bind ${ADDRESSES.control}
      errors
      kubernetes cluster.local {
        kubeconfig ${kubeconfigOf('dns')}
        ttl 1
      }
      template ANY ANY {
        rcode NXDOMAIN
      }
    }`
  );
  return { name: 'coredns', command: [programs, 'coredns', '-conf', corefile] };
}

/** Volcano's place is taken by a program of this checkout. */
export function standin(): Service {
  return {
    name: 'volcano-standin',
    command: [process.execPath, join(STANDIN, 'main.ts')],
    environment: [
      `STANDIN_KUBECONFIG=${kubeconfigOf('standin')}`,
      `STANDIN_CERTIFICATE=${keyFile('standin.crt')}`,
      `STANDIN_KEY=${keyFile('standin.key')}`,
      `STANDIN_AUTHORITY=${keyFile('ca.crt')}`,
      `STANDIN_WEBHOOK=https://${ADDRESSES.control}:${WEBHOOK_PORT}`,
      `STANDIN_VERSION=${standinVersion()}`
    ]
  };
}

/** Changes whenever the stand-in does. */
function standinVersion(): string {
  const hash = createHash('sha256').update(readFileSync(join(STANDIN, '../api.ts')));
  const files = readdirSync(STANDIN, { recursive: true, encoding: 'utf8' })
    .filter(name => /^[^/]*\.ts$|^crds\//.test(name))
    .sort();
  files.forEach(name => hash.update(readFileSync(join(STANDIN, name))));
  return hash.digest('hex');
}

/** Writes a file of configuration and gives its path. */
function write(name: string, content: unknown): string {
  mkdirSync(DIRECTORY, { recursive: true });
  const path = join(DIRECTORY, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
