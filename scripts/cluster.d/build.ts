import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync
} from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import type { Tree } from './debian.ts';
import { makeTree, release } from './debian.ts';
import { GO_ENVIRONMENT, findGo } from './go.ts';
import { writeImage } from './image.ts';
import { CACHE, IMAGES, PROGRAM_SOURCES } from './layout.ts';
import { say } from './say.ts';
import { makeStore } from './store.ts';
import { PYTHON_LISTS, WORKLOAD_TREE, makeWorkloadImage } from './workload.ts';

/** What a node needs from Debian: a container runtime, network plugins, and a firewall for kube-proxy. */
const NODE_TREE: Tree = {
  kind: 'files',
  packages: [
    ...['containerd', 'runc', 'containernetworking-plugins', 'nftables'],
    ...['bash', 'coreutils', 'iproute2', 'mount', 'procps', 'util-linux']
  ]
};

/** Versions of one part that stay in the cache, so that changing between two checkouts builds nothing. */
const KEPT = 3;

/** What a cluster is made of, each part under a name that changes with what it is made from. */
export interface Parts {
  /** `programs/main.go`, built. */
  readonly programs: string;
  readonly nodeTree: string;
  /** What containerd keeps of the cluster's images. */
  readonly store: string;
}

/** A part that is missing is made in a directory of its own, which gets its name when it is whole. */
async function part(
  kind: string,
  madeFrom: readonly string[],
  make: (directory: string, log: string) => Promise<void>
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(madeFrom)).digest('hex').slice(0, 16);
  const parent = join(CACHE, kind);
  const made = join(parent, hash);
  if (!existsSync(made)) {
    const partial = join(parent, `${hash}.partial`);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    const log = join(CACHE, `${kind}.log`);
    rmSync(log, { force: true });
    await make(partial, log);
    renameSync(partial, made);
    forget(parent);
  }
  utimesSync(made, new Date(), new Date());
  return made;
}

/** Removes the versions of a part that were not used for longest. */
function forget(parent: string): void {
  const byUse = readdirSync(parent)
    .map(name => join(parent, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of byUse.slice(KEPT)) {
    rmSync(old, { recursive: true, force: true });
  }
}

function textOf(paths: readonly string[]): string[] {
  return paths.map(path => readFileSync(path, 'utf8'));
}

/** Makes what is missing; without anything to do it takes no time worth a word. @throws Trouble */
export async function build(): Promise<Parts> {
  const programs = await buildPrograms();
  const nodeTree = await part('trees', [release(), JSON.stringify(NODE_TREE)], async (to, log) => {
    say('unpacking what the nodes are made of');
    await makeTree(NODE_TREE, to, log);
  });
  const pause = readFileSync(join(PROGRAM_SOURCES, 'pause/main.go'), 'utf8');
  const store = await part(
    'stores',
    [nodeTree, JSON.stringify([WORKLOAD_TREE, IMAGES]), pause, ...textOf(PYTHON_LISTS)],
    async (to, log) => {
      say('making the image for workloads (about three minutes)');
      const scratch = join(CACHE, 'scratch');
      rmSync(scratch, { recursive: true, force: true });
      mkdirSync(scratch, { recursive: true });
      const images = ['pause.tar', 'workload.tar'].map(name => join(scratch, name));
      await makePauseImage(images[0] ?? '', programs);
      await makeWorkloadImage(images[1] ?? '', join(scratch, 'workload'), log);
      say('unpacking it as nodes have it');
      await makeStore(to, images, join(programs, 'programs'), nodeTree);
      rmSync(scratch, { recursive: true });
    }
  );
  return { programs: join(programs, 'programs'), nodeTree, store };
}

async function buildPrograms(): Promise<string> {
  const sources = readdirSync(PROGRAM_SOURCES, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.go$|^go\.(mod|sum)$/.test(name))
    .sort();
  const madeFrom = [
    process.arch,
    ...sources,
    ...textOf(sources.map(name => join(PROGRAM_SOURCES, name)))
  ];
  return part('programs', madeFrom, async (to, log) => {
    const go = await findGo();
    say('building Kubernetes, etcd and CoreDNS (twelve minutes of processor time the first time)');
    const options = { directory: PROGRAM_SOURCES, environment: GO_ENVIRONMENT, log };
    for (const [name, place] of [
      ['programs', '.'],
      ['pause', './pause']
    ] as const) {
      const flags = ['-ldflags', `-s -w ${versionFlags()}`, '-o', join(to, name), place];
      await run('nice', ['-n', '19', go, 'build', ...flags], options);
    }
  });
}

/** Kubernetes tells its version from what the linker was told; nodes with another than the server's are not welcome. */
function versionFlags(): string {
  const modules = readFileSync(join(PROGRAM_SOURCES, 'go.mod'), 'utf8');
  const [version, major, minor] = /k8s\.io\/kubernetes v(\d+)\.(\d+)\.\d+/.exec(modules) ?? [];
  const values = {
    gitVersion: version?.split(' ')[1],
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean'
  };
  return Object.entries(values)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}

async function makePauseImage(destination: string, programs: string): Promise<void> {
  const layer = `${destination}.layer`;
  await run('tar', ['-C', programs, '--owner=0', '--group=0', '-cf', layer, 'pause']);
  await writeImage(destination, IMAGES.pause, [layer], { Entrypoint: ['/pause'] });
  rmSync(layer);
}
