import { createClient, upload, type Client } from '@topsdl/client';
import { operations } from '@topsdl/contract';
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  openAsBlob,
  readFileSync,
  rmSync,
  symlinkSync
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, fetch as fetchOver } from 'undici';
import { entries } from '../../server/src/entry.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Clock ticks a second of /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS = 100;
const LOOK_EVERY = 200;

/** Makes the bundle that the wheel has, once for a directory. @returns the file to start */
async function bundle(directory: string): Promise<string> {
  const out = join(directory, 'companion');
  const main = join(out, 'main.js');
  if (!existsSync(main)) {
    await build({
      entryPoints: Object.fromEntries(
        Object.entries(entries).map(([name, source]) => [name, join(ROOT, 'server/src', source)])
      ),
      outdir: out,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      conditions: ['topsdl-source'],
      external: ['better-sqlite3', 'sharp', '@node-rs/argon2'],
      banner: {
        js: "import { createRequire as bundledRequire } from 'node:module'; const require = bundledRequire(import.meta.url);"
      }
    });
    cpSync(join(ROOT, 'server/migrations'), join(out, 'migrations'), { recursive: true });
    cpSync(join(ROOT, 'server/package.json'), join(out, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(out, 'node_modules'));
  }
  return main;
}

/** CPU seconds of a process, its threads included and its children not. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Imports an archive into a new companion. @returns CPU seconds of the companion until it can be browsed */
export async function importInCompanion(archive: string, directory: string): Promise<number> {
  const main = await bundle(directory);
  const data = mkdtempSync(join(directory, 'data-'));
  const child = spawn(process.execPath, [main, '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TOPSDL_SERVER_IDLE_SECONDS: '0', TOPSDL_LOG_LEVEL: 'warn' }
  });
  const ended = once(child, 'exit');
  try {
    const [line] = (await Promise.race([
      once(createInterface(child.stdout), 'line'),
      ended.then(([code]) => Promise.reject(new Error(`the companion ended with ${code}`)))
    ])) as [string];
    const { socket } = JSON.parse(line) as { socket: string };
    const dispatcher = new Agent({ connect: { socketPath: socket } });
    let token = '';
    const client = createClient({
      baseUrl: 'http://localhost/',
      headers: () => (token === '' ? {} : { Authorization: `Bearer ${token}` }),
      fetch: (url, init) =>
        fetchOver(url as string, { ...init, dispatcher } as never) as unknown as Promise<Response>
    });
    const secret = readFileSync(join(data, 'secret'), 'utf8').trim();
    ({ token } = await client.call(operations.account.ownerSession, { body: { secret } }));
    const seconds = await importArchive(client, archive, child.pid!);
    await dispatcher.destroy();
    return seconds;
  } finally {
    child.kill('SIGKILL');
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

async function importArchive(client: Client, archive: string, pid: number): Promise<number> {
  const { projects, datasets, tasks } = operations;
  const { items } = await client.call(projects.list, { query: {} });
  const projectId = items[0]!.id;
  const dataset = await client.call(datasets.create, {
    params: { projectId },
    body: { name: 'imported', dataType: 'image', annotationType: 'classification' }
  });
  const version = await client.call(datasets.createVersion, {
    params: { datasetId: dataset.id },
    body: {}
  });
  const content = await openAsBlob(archive);
  const uploaded = await upload(client, { projectId, fileName: basename(archive), content });
  const before = cpuSeconds(pid);
  const begun = await client.call(datasets.startImport, {
    params: { versionId: version.id },
    body: { uploadIds: [uploaded.id] }
  });
  for (;;) {
    const { state, problem } = await client.call(tasks.get, { params: { taskId: begun.task.id } });
    if (state === 'completed') {
      return cpuSeconds(pid) - before;
    }
    if (problem) {
      throw new Error(problem.detail);
    }
    await wait(LOOK_EVERY);
  }
}
