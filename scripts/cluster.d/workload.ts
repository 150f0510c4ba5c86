import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import type { Tree } from './debian.ts';
import { makeTree } from './debian.ts';
import { writeImage } from './image.ts';
import { IMAGES, ROOT } from './layout.ts';

/**
 * The image that workloads run in on the test cluster, made of the same as the one of `deploy/workload`: what the manual's recipe needs
 * (a shell, ssh both ways, Open MPI), a first process that passes signals on, and what the demo and TensorBoard import.
 */
export const WORKLOAD_TREE: Tree = {
  kind: 'system',
  packages: readFileSync(join(ROOT, 'deploy/workload/packages.txt'), 'utf8').trim().split('\n'),
  without: ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/include/*'],
  // Every container makes keys of its own; an image that ships one would give all the same.
  afterwards: ['rm -f "$1"/etc/ssh/ssh_host_*_key*', 'mkdir -p "$1/run/sshd" "$1/workspace"']
};

/** Lists that the Python packages of the image come from; their text decides whether an image is still of use. */
export const PYTHON_LISTS = ['python/pyproject.toml', 'python/constraints.txt'].map(path =>
  join(ROOT, path)
);

/** Where Debian's Python looks for what was not installed by Debian. */
function packagesDirectory(python: string): string {
  return `usr/local/lib/python${python}/dist-packages`;
}

/** The demo's extra of the wheel, TensorBoard, and pip, with which images of services are built. */
function pythonPackages(): string[] {
  const project = readFileSync(join(ROOT, 'python/pyproject.toml'), 'utf8');
  const list = (name: string): string[] => {
    const text = new RegExp(`^${name} = \\[([^\\]]*)\\]`, 'm').exec(project)?.[1] ?? '';
    return [...text.matchAll(/"([^"]+)"/g)].map(match => match[1] ?? '');
  };
  const tensorboard = list('dependencies').filter(name => name.startsWith('tensorboard'));
  return [...list('demo'), ...tensorboard, 'pip'];
}

/** Makes the image. @param scratch a directory for what it is made from, beside it */
export async function makeWorkloadImage(
  destination: string,
  scratch: string,
  log: string
): Promise<void> {
  mkdirSync(scratch);
  const system = join(scratch, 'system.tar');
  await makeTree(WORKLOAD_TREE, system, log);
  const python = await pythonVersion(system);
  const layer = join(scratch, 'python');
  mkdirSync(layer);
  await run(
    'nice',
    [
      ...[join(ROOT, '.venv/bin/python3'), '-m', 'pip', 'install', '--quiet', '--no-compile'],
      // Ready wheels for the Python inside, whichever Python this machine has.
      ...['--only-binary', ':all:', '--python-version', python, ...platforms()],
      ...['--constraint', join(ROOT, 'python/constraints.txt')],
      ...['--target', join(layer, packagesDirectory(python)), ...pythonPackages()]
    ],
    { log }
  );
  const packed = join(scratch, 'python.tar');
  await run('tar', ['-C', layer, '--owner=0', '--group=0', '--sort=name', '-cf', packed, 'usr']);
  await writeImage(destination, IMAGES.workload, [system, packed], {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'],
    Entrypoint: ['/usr/bin/tini', '-g', '--'],
    Cmd: ['/bin/bash'],
    WorkingDir: '/workspace'
  });
}

async function pythonVersion(system: string): Promise<string> {
  const names = await run('tar', ['-tf', system, '--wildcards', './usr/bin/python3.*']);
  return /python(3\.\d+)$/m.exec(names)?.[1] ?? '3.11';
}

/** Tags of wheels for the C library of every Debian that is still cared for. */
function platforms(): string[] {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return [
    'manylinux_2_28',
    'manylinux_2_27',
    'manylinux_2_17',
    'manylinux2014',
    'manylinux_2_5',
    'manylinux1'
  ]
    .map(tag => ['--platform', `${tag}_${machine}`])
    .flat();
}
