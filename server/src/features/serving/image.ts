import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkloadSpec } from '../../compute/engine.ts';
import { mountsOf, WORKSPACE } from '../../compute/workspace.ts';
import { removeTree } from '../../files/reclaim.ts';
import { askedFor } from '../../reconcile/given.ts';
import { buildScript, type BuildNetwork } from './buildScript.ts';
import { OURS } from './packages.ts';
import { FETCH } from './requirements.ts';
import type { Packed, PackageVersionRow, ServiceVersionRow } from './table.ts';

/** Limits of a build. It is not counted against the quota: it is short, and nothing waits for its end. */
export const BUILD_RESOURCES = {
  cpu: 2,
  memoryBytes: 4 * 1024 ** 3,
  cards: 0,
  cardResource: null
} as const;
/** How long a build, and a replica after the last request to it, may take to end. */
export const GRACE_MS = 10_000;

/** Where the parts of a built version are on the host, below `images/<version>`. */
export function imageParts(root: string): {
  layer: string;
  build: string;
  wheels: string;
  log: string;
  set: (kind: 'model' | 'algorithm', versionId: string) => string;
} {
  return {
    layer: join(root, 'layer'),
    build: join(root, 'build'),
    wheels: join(root, 'build', 'wheels'),
    log: join(root, 'build', 'requirements.log'),
    set: (kind, versionId) => join(root, kind, versionId)
  };
}

/** Makes the directories of an image, empty. */
export async function startImage(root: string): Promise<void> {
  const { layer, build } = imageParts(root);
  await removeTree(root);
  for (const directory of [layer, build, join(root, 'model'), join(root, 'algorithm')]) {
    await mkdir(directory, { recursive: true, mode: 0o755 });
  }
  await mkdir(join(layer, 'bin'), { mode: 0o755 });
  await mkdir(join(layer, 'python'), { mode: 0o755 });
}

/** Writes what the build runs. @param fetched pip's exit code, where the wheels were fetched before */
export async function writeBuild(
  root: string,
  setupCommand: string,
  network: BuildNetwork,
  fetched = 0
): Promise<void> {
  const { build } = imageParts(root);
  const write = (name: string, text: string) => writeFile(join(build, name), text, { mode: 0o644 });
  await write('build.sh', buildScript(network));
  await write('fetch.py', FETCH);
  await write('setup.sh', setupCommand.trim() === '' ? '' : `${setupCommand}\n`);
  await write('requirements.status', `${fetched}\n`);
  await writeFile(join(build, 'requirements.log'), '', { flag: 'a', mode: 0o644 });
}

/** Models and algorithms as the image holds them, at the places where training has them too. */
function contents(root: string, version: PackageVersionRow): WorkloadSpec['mounts'] & object {
  const parts = imageParts(root);
  const chosen = (kind: 'model' | 'algorithm', packed: readonly Packed[]) =>
    mountsOf(
      kind,
      packed.map(item => ({ ...item, source: parts.set(kind, item.versionId) }))
    );
  return [...chosen('model', version.models), ...chosen('algorithm', version.algorithms)];
}

/** The workload that builds a version. */
export function buildSpec(
  root: string,
  version: PackageVersionRow,
  network: BuildNetwork
): WorkloadSpec {
  const { layer, build } = imageParts(root);
  return {
    kind: 'batch',
    image: { base: 'host' },
    command: ['bash', `${WORKSPACE}/build/build.sh`, ...version.requirements],
    workingDirectory: WORKSPACE,
    env: { ...version.environment, [`${OURS}LAYER`]: `${WORKSPACE}/layer` },
    mounts: [
      ...contents(root, version),
      { source: layer, target: `${WORKSPACE}/layer`, readOnly: false },
      { source: build, target: `${WORKSPACE}/build`, readOnly: true }
    ],
    resources: { cpu: BUILD_RESOURCES.cpu, memoryBytes: BUILD_RESOURCES.memoryBytes },
    nodes: 1,
    graceMs: GRACE_MS,
    projectId: version.projectId,
    network
  };
}

/** The workload of a version in a service. It has no way out to the network; requests come to its port. */
export function serviceSpec(
  root: string,
  image: PackageVersionRow,
  version: Pick<
    ServiceVersionRow,
    'serviceId' | 'serviceName' | 'environment' | 'resources' | 'placement'
  >,
  replicas: number
): WorkloadSpec {
  return {
    kind: 'service',
    image: { base: 'host', layer: imageParts(root).layer },
    command: image.arguments,
    workingDirectory: WORKSPACE,
    env: {
      PORT: String(image.port),
      ...image.environment,
      ...version.environment,
      [`${OURS}SERVICE_ID`]: version.serviceId,
      [`${OURS}SERVICE_NAME`]: version.serviceName
    },
    mounts: contents(root, image),
    ...askedFor(version),
    ports: [image.port],
    replicas,
    readiness: { port: image.port },
    graceMs: GRACE_MS,
    projectId: image.projectId,
    network: 'none'
  };
}
