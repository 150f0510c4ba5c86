/**
 * The process that owns a run: it makes the sandboxes, writes what becomes of them, keeps their logs and ends them. It is the first
 * process of a pid namespace, so that nothing of the run is left when it is gone, and it outlives the companion. Its arguments are
 * the engine's directory of the run and its own line of the machine's /proc; file 3 gets a line when it is there to stay.
 *
 * It is started for every run and waited for: only modules of Node and files beside it are loaded.
 */
import { closeSync, mkdirSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { serveControl } from './controlServer.ts';
import type { ProcessIdentity } from './identity.ts';
import { bootId, parseStat, startTimeOf } from './identity.ts';
import type { LaunchFile } from './launchFile.ts';
import { writeNodeFiles } from './nodeFiles.ts';
import { NodesRun } from './nodesRun.ts';
import { FILES } from './paths.ts';
import { ReplicasRun } from './replicasRun.ts';
import type { RunPlan } from './runPlan.ts';
import { RunRecord, because } from './runRecord.ts';
import { readState } from './stateFile.ts';

const READY_FD = 3;

async function supervise(directory: string, identity: ProcessIdentity): Promise<void> {
  const plan = JSON.parse(readFileSync(join(directory, FILES.plan), 'utf8')) as RunPlan;
  const launch = JSON.parse(readFileSync(join(directory, FILES.launch), 'utf8')) as LaunchFile;
  if (readState(directory) !== undefined) {
    // It ran before: a run id is started once, also when that was by a supervisor that is gone.
    tellReady();
    return;
  }
  mkdirSync(join(directory, FILES.logs), { recursive: true, mode: 0o755 });
  const record = new RunRecord(directory, plan.runId, identity);
  try {
    const context = { plan, launch, files: writeNodeFiles(plan, launch) };
    const run =
      plan.kind === 'service' ? new ReplicasRun(context, record) : new NodesRun(context, record);
    const server = await serveControl(context, record, run);
    tellReady();
    process.on('SIGTERM', () => run.stop(plan.graceMs));
    await run.start();
    await record.final;
    server.close();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
    record.end('failed', because('start_failed', message, { message }));
    tellReady();
  }
  rmSync(join(directory, FILES.node), { recursive: true, force: true });
  // What is in it and not the directory, which may be in one that is not ours to change; `release` removes it.
  try {
    for (const name of readdirSync(launch.sockets)) {
      rmSync(join(launch.sockets, name), { recursive: true, force: true });
    }
  } catch {
    // Released already.
  }
}

let told = false;

function tellReady(): void {
  if (!told) {
    told = true;
    try {
      writeSync(READY_FD, 'ready\n');
      closeSync(READY_FD);
    } catch {
      // The companion that waited is gone. The run goes on without it.
    }
  }
}

process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
const [, , directory = '', stat = ''] = process.argv;
await supervise(directory, {
  pid: process.pid,
  startTime: startTimeOf(process.pid) ?? 0,
  ...parseStat(stat),
  bootId: bootId()
});
process.exit(0);
