import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, run } from './command.ts';
import { Trouble, say } from './say.ts';

const LISTS = '/etc/apt/sources.list.d';

/** The release of this machine; what is made from packages is of the same. @throws Trouble elsewhere than on Debian and its kin */
export function release(): string {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const name = /^VERSION_CODENAME="?([a-z]+)/m.exec(text)?.[1];
  if (name === undefined || !existsSync('/usr/bin/apt-get')) {
    throw new Trouble('the test cluster is made from Debian packages and needs Debian or Ubuntu');
  }
  return name;
}

/** The lists that name this machine's own distribution, whatever else it takes packages from. */
function sources(): string[] {
  const own = existsSync(LISTS) ? readdirSync(LISTS).map(name => join(LISTS, name)) : [];
  const lists = ['/etc/apt/sources.list', ...own].filter(
    path => /(^|\/)(sources\.list|(debian|ubuntu)\.(sources|list))$/.test(path) && existsSync(path)
  );
  return lists.filter(path => readFileSync(path, 'utf8').includes(release()));
}

export interface Tree {
  readonly packages: readonly string[];
  /** `files` only unpacks, for programs that need no set-up; `system` installs as Debian would, scripts and all. */
  readonly kind: 'files' | 'system';
  /** Paths that are left out, as dpkg's patterns. */
  readonly without?: readonly string[];
  /** Shell lines that are run at the end, with the tree's directory as `$1`. */
  readonly afterwards?: readonly string[];
}

/** Makes a tree of files from Debian packages, as a tar or a directory by the name's end. */
export async function makeTree(tree: Tree, destination: string, log: string): Promise<void> {
  const lists = sources();
  if (lists.length === 0) {
    throw new Trouble(`no list in /etc/apt names packages of ${release()}`);
  }
  await run(
    'nice',
    [
      ...[
        'mmdebstrap',
        '--mode=root',
        `--format=${destination.endsWith('.tar') ? 'tar' : 'directory'}`
      ],
      `--variant=${tree.kind === 'files' ? 'extract' : 'essential'}`,
      `--include=${tree.packages.join(',')}`,
      '--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr',
      '--aptopt=Acquire::Languages "none"',
      ...(tree.without ?? []).map(pattern => `--dpkgopt=path-exclude=${pattern}`),
      ...(tree.afterwards ?? []).map(line => `--customize-hook=${line}`),
      ...[release(), destination, ...lists]
    ],
    { log, environment: { DEBIAN_FRONTEND: 'noninteractive' } }
  );
}

/** Programs of the host that the command needs, and the packages they are in. */
const HOST_PROGRAMS: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  ip: 'iproute2',
  nsenter: 'util-linux',
  flock: 'util-linux'
};

/** Installs what is missing of {@link HOST_PROGRAMS}. @throws Trouble */
export async function installHostPrograms(): Promise<void> {
  const found = await Promise.all(
    Object.keys(HOST_PROGRAMS).map(program => attempt('sh', ['-c', `command -v ${program}`]))
  );
  const missing = Object.values(HOST_PROGRAMS).filter((_, index) => !found[index]);
  if (missing.length === 0) {
    return;
  }
  say(`installing Debian packages: ${missing.join(' ')}`);
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  // The lists may be absent or old: what they name may be gone from the mirror by now.
  await run('apt-get', install, { environment }).catch(async () => {
    await run('apt-get', ['update'], { environment });
    await run('apt-get', install, { environment });
  });
}
