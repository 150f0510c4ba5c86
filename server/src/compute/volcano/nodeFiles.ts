import { constants } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { isThere } from '../../files/is-there.ts';
import { EngineError } from '../engine.ts';
import type { ClusterPlan } from './clusterPlan.ts';
import type { VolcanoEngineConfig } from './config.ts';
import type { Ownership } from './ownership.ts';
import { overlayDirectory, runFiles } from './places.ts';
import { subPathOf } from './share.ts';

/**
 * Makes ready what the pods of a run see of the shared volume. May be done again: what is there stays.
 *
 * @throws EngineError `start_failed` for a source that is not there, or not on the volume
 */
export async function prepareFiles(
  config: VolcanoEngineConfig,
  ownership: Ownership,
  plan: ClusterPlan
): Promise<void> {
  const sources = [...plan.mounts.map(({ source }) => source), ...(plan.layer ? [plan.layer] : [])];
  for (const source of sources) {
    await requireSource(config, source);
  }
  const files = runFiles(plan.directory);
  // A file system has most to do for each directory, and for what is renamed: this is done for every run, of which there may be many.
  await mkdir(files.logs, { recursive: true, mode: 0o755 });
  await ownership.giveOne(files.kept);
  await ownership.giveOne(files.logs);
  for (const [index, { source, mode }] of plan.mounts.entries()) {
    if (mode === 'overlay') {
      await copyOnce(ownership, source, overlayDirectory(plan.directory, index));
    } else {
      await (mode === 'write' ? ownership.give(source) : ownership.open(source));
    }
  }
  if (plan.layer !== undefined) {
    await ownership.open(plan.layer);
  }
  // Last: it says that a submit was begun.
  await mkdir(files.given, { mode: 0o755, recursive: true });
  await writeFile(files.run, JSON.stringify(nodeConfiguration(config, plan)), { mode: 0o644 });
}

/** What `node/files.py` reads. */
function nodeConfiguration(
  config: VolcanoEngineConfig,
  plan: ClusterPlan
): Readonly<Record<string, unknown>> {
  const { argv, env, workingDirectory, nodes, slots, ports, layer } = plan;
  const { readyTimeoutMs, logLimitBytes, maxProcesses } = config;
  return {
    argv,
    env,
    workingDirectory,
    nodes,
    slots,
    ports,
    layer: layer !== undefined,
    readyTimeoutMs,
    logLimitBytes,
    maxProcesses
  };
}

async function requireSource(config: VolcanoEngineConfig, source: string): Promise<void> {
  subPathOf(config, source);
  if (!(await isThere(source))) {
    throw new EngineError('start_failed', `${source} is not there.`, { message: source });
  }
}

/**
 * A copy for the run to change, shared by its nodes. Pods may not mount overlays, so it is a copy: of blocks where the file system
 * shares them, of bytes elsewhere.
 */
async function copyOnce(ownership: Ownership, source: string, target: string): Promise<void> {
  if (await isThere(target)) {
    return;
  }
  const fresh = `${target}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await cp(source, fresh, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE
  });
  await ownership.give(fresh);
  await rename(fresh, target);
}
