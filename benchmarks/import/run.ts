import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Import of an archive against `sha256sum` of it, in CPU seconds, interleaved:
 *
 *     node benchmarks/import/run.ts [--count 5000] [--size 150000] [--runs 3] [--directory DIR]
 *
 * Ours is a whole process: Node's start, reading, unpacking, structure check, a hash for each image,
 * and the bytes in a pack. `openssl` is shown beside it, because it uses the processor's instructions
 * for SHA-256 where coreutils may not. With --directory the archives are kept for the next time.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '5000' },
    size: { type: 'string', default: '150000' },
    runs: { type: 'string', default: '3' },
    directory: { type: 'string' }
  }
});

const here = import.meta.dirname;
const directory = values.directory
  ? resolve(values.directory)
  : mkdtempSync(join(tmpdir(), 'import-benchmark-'));
mkdirSync(directory, { recursive: true });
const virtual = resolve(here, '../../.venv/bin/python');
const python = existsSync(virtual) ? virtual : 'python3';
const prefix = join(directory, `images-${values.count}-${values.size}`);

/** CPU seconds, user and system, of a command and its children. */
function cpuSeconds(command: string, ...args: string[]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$0" "$@"';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' }
  });
  if (status !== 0) {
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  }
  const [user = NaN, system = NaN] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return user + system;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

function measure(archive: string): void {
  const pack = join(directory, 'pack');
  const take = [
    '--conditions=topsdl-source',
    join(here, 'take.ts'),
    archive,
    pack,
    `${pack}.index`
  ];
  const contenders = {
    ours: () => cpuSeconds(process.execPath, ...take),
    sha256sum: () => cpuSeconds('sha256sum', archive),
    openssl: () => cpuSeconds('openssl', 'sha256', archive)
  };
  const seconds: Record<keyof typeof contenders, number[]> = {
    ours: [],
    sha256sum: [],
    openssl: []
  };
  for (let run = 0; run < Number(values.runs); run++) {
    for (const name of ['ours', 'sha256sum', 'openssl'] as const) {
      seconds[name].push(contenders[name]());
    }
  }
  rmSync(pack);
  rmSync(`${pack}.index`);
  const ours = median(seconds.ours);
  const theirs = median(seconds.sha256sum);
  const figures = Object.entries(seconds)
    .map(([name, all]) => `${name} ${median(all).toFixed(2)} CPU s`)
    .join(', ');
  const megabytes = (statSync(archive).size / 1e6).toFixed(0);
  const kind = archive.slice(prefix.length + 1).padEnd(12);
  console.log(`${kind} ${megabytes} MB: ${figures}; ours/sha256sum ${(ours / theirs).toFixed(2)}`);
}

const suffixes = ['.stored.zip', '.deflated.zip', '.tar', '.tar.gz'];
if (!suffixes.every(suffix => existsSync(prefix + suffix))) {
  console.log(`making archives of ${values.count} pictures in ${directory}`);
  execFileSync(python, [join(here, 'archives.py'), values.count, values.size, prefix]);
}
for (const suffix of suffixes) {
  measure(prefix + suffix);
}
if (!values.directory) {
  rmSync(directory, { recursive: true });
}
