import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { importInCompanion } from './companion.ts';

/**
 * Import of an archive against `sha256sum` of it, in CPU seconds, interleaved:
 *
 *     node --conditions=topsdl-source benchmarks/import/run.ts
 *         [--count 5000] [--size 150000] [--runs 3] [--directory DIR] [--kinds tar,tar.gz]
 *
 *   reader      a whole process: Node's start, reading, unpacking, structure check, a hash for each
 *               image, and the bytes in a pack
 *   companion   the server: from the request to import what was uploaded until it can be browsed
 *   unpacking   zlib alone on the archive's bytes, which no reader gets below
 *   openssl     sha256 by the processor's own instructions, where coreutils may not use them
 *
 * Programs run as they are shipped, bundled. With --directory the archives are kept for the next time.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '5000' },
    size: { type: 'string', default: '150000' },
    runs: { type: 'string', default: '3' },
    directory: { type: 'string' },
    kinds: { type: 'string', default: 'stored.zip,tar,deflated.zip,tar.gz' }
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

async function measure(kind: string): Promise<void> {
  const archive = `${prefix}.${kind}`;
  const pack = join(directory, 'pack');
  const contenders: Record<string, () => number | Promise<number>> = {
    reader: () =>
      cpuSeconds(process.execPath, join(directory, 'take.mjs'), archive, pack, `${pack}.index`),
    companion: () => importInCompanion(archive, directory),
    sha256sum: () => cpuSeconds('sha256sum', archive),
    openssl: () => cpuSeconds('openssl', 'sha256', archive)
  };
  if (kind !== 'tar' && kind !== 'stored.zip') {
    contenders['unpacking'] = () =>
      cpuSeconds(process.execPath, join(directory, 'unpack.mjs'), archive);
  }
  const seconds = new Map<string, number[]>();
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [name, contender] of Object.entries(contenders)) {
      seconds.set(name, [...(seconds.get(name) ?? []), await contender()]);
    }
  }
  rmSync(pack);
  rmSync(`${pack}.index`);
  const peer = median(seconds.get('sha256sum')!);
  const megabytes = (statSync(archive).size / 1e6).toFixed(0);
  console.log(
    `\n${kind}, ${megabytes} MB, ${values.count} images; CPU s, medians of ${values.runs}`
  );
  for (const [name, all] of seconds) {
    const ours = median(all);
    console.log(
      `  ${name.padEnd(12)}${ours.toFixed(2).padStart(7)}${(ours / peer).toFixed(2).padStart(7)} × sha256sum`
    );
  }
}

await build({
  entryPoints: ['take', 'unpack'].map(name => join(here, `${name}.ts`)),
  outdir: directory,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  conditions: ['topsdl-source']
});
const kinds = values.kinds.split(',');
if (!kinds.every(kind => existsSync(`${prefix}.${kind}`))) {
  console.log(`making archives of ${values.count} pictures in ${directory}`);
  execFileSync(python, [join(here, 'archives.py'), values.count, values.size, prefix]);
}
for (const kind of kinds) {
  await measure(kind);
}
if (!values.directory) {
  rmSync(directory, { recursive: true });
}
