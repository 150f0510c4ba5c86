/**
 * The process that owns a run: it makes the sandboxes, writes what becomes of them, keeps their logs and ends them. It is the first
 * process of a pid namespace, so that nothing of the run is left when it is gone, and it outlives the companion. Its arguments are
 * the engine's directory of the run and its own line of the machine's /proc; file 3 gets a line when it is there to stay.
 *
 * It is started for every run and waited for: only modules of Node and files beside it are loaded.
 */
import { closeSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { readdirSync, rmSync, watch, writeSync } from 'node:fs';
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
import type { SupervisedRun } from './supervisedRun.ts';

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
    endWithout(directory, run, () => clearSockets(launch.sockets));
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
    await record.final;
  }
  rmSync(join(directory, FILES.node), { recursive: true, force: true });
  clearSockets(launch.sockets);
}

/** Ends everything when what the run has written is removed: nobody could find it any more, to stop it or to see its end. */
function endWithout(directory: string, run: SupervisedRun, leave: () => void): void {
  const watcher = watch(directory, { persistent: false }, () => {
    if (!existsSync(join(directory, FILES.state))) {
      process.stderr.write('what was kept of the run is gone\n');
      for (const { sandbox } of run.members()) {
        sandbox?.kill();
      }
      leave();
      process.exit(1);
    }
  });
  watcher.on('error', () => watcher.close());
}

/** Empties the directory; it may be in one that is not ours to change, and `release` removes it. */
function clearSockets(sockets: string): void {
  try {
    for (const name of readdirSync(sockets)) {
      rmSync(join(sockets, name), { recursive: true, force: true });
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

// What is said goes to a file, and a full disk is no reason to end a run.
process.stderr.on('error', () => undefined);
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
