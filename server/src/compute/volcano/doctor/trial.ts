import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  EngineError,
  FINAL_STATES,
  type ComputeEngine,
  type EngineProject,
  type WorkloadObservation,
  type WorkloadPlan
} from '../../engine.ts';
import type { ClusterApi } from '../client.ts';
import { clusterPlanOf } from '../clusterPlan.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { note, ok, wrong, type Finding } from '../finding.ts';
import { KINDS } from '../kinds.ts';
import { LABELS, projectNamespace } from '../names.ts';
import { readNodeRecord } from '../nodeRecord.ts';
import type { ClusterObject, Pod } from '../objects.ts';
import { runFiles } from '../places.ts';
import { oneLine } from '../reasons.ts';
import { VolcanoEngine } from '../volcanoEngine.ts';
import { listed } from './ask.ts';

const RUN = 'trial run';
const VOLUME = 'trial volume';
const TITLE = 'topsdl doctor';
const SHARED = '/workspace/trial';
/** How long the run may take, from the namespace to its end. */
export const LIMIT_MS = 120_000;
/** A node that does not answer is named before that. */
const READY_MS = 75_000;
/** What is asked for is little, so that there is room for it where work is going on. */
const RESOURCES = { cpu: 0.25, memoryBytes: 512 * 1024 * 1024 };
const NODES = 2;

/** What each node does by `mpirun`: it shows what it reads of the volume, and writes it beside under its own name. */
const COMMAND = `for program in ssh mpirun hostname; do
  command -v $program >/dev/null || { echo "the image has no $program" >&2; exit 127; }
done
mpirun --allow-run-as-root --map-by node -np ${NODES} /bin/bash -c 'read -r word < ${SHARED}/given && echo "$(hostname) $word" && echo "$word" > ${SHARED}/$(hostname)'`;

/** What to do about a run that failed. */
const MEND = {
  image:
    'correct cluster.image, or name the secret of its registry by cluster.image_pull_secrets (it has to be in the namespace of each project)',
  network:
    'look at the network between the machines, and at policies that shut pods off from each other',
  room: "try again when there is room, or look at the queue and at the scheduler's log",
  program: 'use an image with bash, coreutils, Python 3.8 or later, sshd, ssh and Open MPI',
  patience:
    'try again, as a large image may still be on its way, and look at the events of its pods'
} as const;

/** What is known of the trial when it is over. */
interface Outcome {
  readonly seen: WorkloadObservation | undefined;
  readonly tookMs: number;
  /** Machines that the nodes came to, as far as that was seen. */
  readonly machines: ReadonlySet<string>;
  readonly output: readonly string[];
  /** What the cluster warned of in the namespace. */
  readonly warnings: readonly string[];
}

/**
 * Runs something of two nodes as any run is run, through an engine of its own: in a namespace that is made for it and removed after
 * it, with what an interrupted one has left.
 *
 * @param signal ends it early; what was made is removed all the same
 */
export async function examineTrial(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  projects: readonly EngineProject[],
  signal: AbortSignal
): Promise<Finding[]> {
  const [project] = projects;
  if (config.projects === 'given' && project === undefined) {
    return [note(RUN, 'there is no project yet in whose namespace something could run')];
  }
  const directory = join(config.dataDirectory, 'doctor');
  const sockets = await mkdtemp(join(tmpdir(), 'topsdl-doctor-'));
  const own: VolcanoEngineConfig = {
    ...config,
    // The companion's own namespaces are none of its business, nor are these the companion's.
    instance: `doctor-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`,
    dataDirectory: directory,
    // Where none may be made, it is in that of a project.
    ...(config.projects === 'given' && project !== undefined
      ? { namespaces: { [TITLE]: projectNamespace(config, project) } }
      : {}),
    readyTimeoutMs: Math.min(config.readyTimeoutMs, READY_MS)
  };
  let engine: VolcanoEngine | undefined;
  let made = directory;
  try {
    await rm(directory, { recursive: true, force: true });
    made = (await mkdir(join(directory, 'shared'), { recursive: true, mode: 0o755 })) ?? directory;
    engine = await VolcanoEngine.create(own, sockets);
    return await attempt(api, engine, own, signal);
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    return [
      syscall === undefined
        ? refusedBy(error)
        : wrong(RUN, `its files cannot be made in ${directory}: ${message}`)
    ];
  } finally {
    await engine?.close();
    await rm(made, { recursive: true, force: true });
    await rm(sockets, { recursive: true, force: true });
  }
}

async function attempt(
  api: ClusterApi,
  engine: ComputeEngine,
  config: VolcanoEngineConfig,
  signal: AbortSignal
): Promise<Finding[]> {
  const began = performance.now();
  const word = randomBytes(16).toString('hex');
  const shared = join(config.dataDirectory, 'shared');
  await writeFile(join(shared, 'given'), `${word}\n`, { mode: 0o644 });
  const project = { id: `doctor-${randomBytes(6).toString('hex')}`, name: TITLE, quotas: {} };
  // Removes what an earlier one has left.
  await engine.projects([project]);
  const plan = engine.plan(
    {
      kind: 'batch',
      image: { base: 'host' },
      command: COMMAND,
      nodes: NODES,
      mounts: [{ source: shared, target: SHARED, readOnly: false }],
      resources: RESOURCES,
      graceMs: 1000,
      projectId: project.id
    },
    { id: project.id, directory: join(config.dataDirectory, 'run'), name: TITLE }
  );
  const findings: Finding[] = [];
  try {
    await engine.submit(plan);
    const outcome = await follow(api, engine, plan, began, signal);
    findings.push(
      ...(signal.aborted
        ? [note(RUN, 'it was interrupted')]
        : await judge(config, plan, outcome, shared, word))
    );
  } catch (error) {
    findings.push(refusedBy(error));
  }
  return [...findings, ...(await remove(engine, plan, config))];
}

/** What the engine could not do, in its words. */
function refusedBy(error: unknown): Finding {
  if (error instanceof EngineError) {
    return wrong(RUN, error.message);
  }
  throw error;
}

/** Waits for the end, or for what no waiting helps against. */
async function follow(
  api: ClusterApi,
  engine: ComputeEngine,
  plan: WorkloadPlan,
  began: number,
  signal: AbortSignal
): Promise<Outcome> {
  const { namespace } = clusterPlanOf(plan);
  const machines = new Set<string>();
  const late = AbortSignal.any([
    signal,
    AbortSignal.timeout(Math.max(0, Math.round(began + LIMIT_MS - performance.now())))
  ]);
  let seen: WorkloadObservation | undefined;
  const looks: Promise<void>[] = [];
  await new Promise<void>(resolve => {
    const done = (): void => {
      unwatch();
      resolve();
    };
    late.addEventListener('abort', done, { once: true });
    const unwatch = engine.watch(
      observation => {
        seen = observation;
        looks.push(noteMachines(api, namespace, machines));
        if (FINAL_STATES.includes(seen.state) || isHopeless(seen)) {
          done();
        }
      },
      [plan.handle]
    );
  });
  await Promise.all(looks);
  const output: string[] = [];
  for await (const { text } of engine.logs(plan.handle)) {
    output.push(text);
  }
  return {
    seen,
    tookMs: performance.now() - began,
    machines,
    output,
    warnings: await warningsIn(api, namespace)
  };
}

/** An image that cannot be had is tried for again and again; the first refusal says why. */
function isHopeless({ state, reason }: WorkloadObservation): boolean {
  return (
    state === 'starting' &&
    (reason?.code === 'image_unavailable' || reason?.code === 'sandbox_failed')
  );
}

async function noteMachines(
  api: ClusterApi,
  namespace: string,
  machines: Set<string>
): Promise<void> {
  const { items = [] } = await api.list<Pod>(KINDS.pod, namespace, {}).catch(none);
  for (const { spec } of items) {
    if (spec?.nodeName !== undefined) {
      machines.add(spec.nodeName);
    }
  }
}

/** What the cluster's own parts complain of, where the credentials may see that. */
async function warningsIn(api: ClusterApi, namespace: string): Promise<string[]> {
  const { items = [] } = await api
    .list<ClusterObject & { message?: string }>(KINDS.event, namespace, {
      fieldSelector: 'type=Warning'
    })
    .catch(none);
  return [...new Set(items.flatMap(({ message }) => oneLine(message ?? '') || []))].slice(-3);
}

function none(): { items?: never[] } {
  return {};
}

async function judge(
  config: VolcanoEngineConfig,
  plan: WorkloadPlan,
  outcome: Outcome,
  shared: string,
  word: string
): Promise<Finding[]> {
  const { seen, tookMs, machines, output } = outcome;
  if (seen?.state !== 'succeeded') {
    return [await failure(config, plan, outcome)];
  }
  const silent = plan.nodes.filter(node => !output.includes(`${node} ${word}`));
  if (silent.length > 0) {
    return [
      wrong(RUN, `mpirun ended well, and nothing came from ${listed(silent)}: ${ending(output)}`)
    ];
  }
  const unseen: string[] = [];
  for (const node of plan.nodes) {
    const said = await readFile(join(shared, node), 'utf8').catch(() => '');
    if (said.trim() !== word) {
      unseen.push(node);
    }
  }
  const where = machines.size === 0 ? '' : ` on ${listed([...machines].sort())}`;
  return [
    ok(
      RUN,
      `mpirun ran on ${plan.nodes.length} pods${where}, ${(tookMs / 1000).toFixed(1)} s from the namespace to the end`
    ),
    unseen.length > 0
      ? wrong(VOLUME, `what ${listed(unseen)} wrote is not in ${shared}: ${sameStorage(config)}`)
      : ok(VOLUME, 'pods read what was written here, and what they wrote is here')
  ];
}

async function failure(
  config: VolcanoEngineConfig,
  plan: WorkloadPlan,
  { seen, output, warnings, tookMs }: Outcome
): Promise<Finding> {
  const { state = 'absent', reason } = seen ?? {};
  const { code, detail } = reason ?? {};
  const warning = warnings.at(-1);
  // In the words of runc, for what a pod begins with.
  const [, absent] =
    /exec: "([^"]+)": executable file not found/.exec(`${detail ?? ''} ${warning ?? ''}`) ?? [];
  const unmounted = warnings.findLast(said => /MountVolume|Unable to attach or mount/.test(said));
  if (code === 'image_unavailable') {
    return wrong(RUN, `the image ${config.image} cannot be had: ${detail ?? ''}: ${MEND.image}`);
  }
  if (absent !== undefined) {
    return wrong(RUN, `the image ${config.image} has no ${absent}: ${MEND.program}`);
  }
  if (!FINAL_STATES.includes(state) && unmounted !== undefined) {
    return wrong(VOLUME, `pods cannot mount it (${unmounted}): ${sameStorage(config)}`);
  }
  if (state === 'failed' && output.length === 0 && !(await leftAnything(plan))) {
    const said = warning ?? detail ?? 'nobody says more';
    return wrong(
      VOLUME,
      `nothing of what pods wrote is in ${config.dataDirectory} (${said}): ${sameStorage(config)}`
    );
  }
  const over = FINAL_STATES.includes(state) || code === 'sandbox_failed';
  const what = over
    ? (detail ?? state)
    : `${state} after ${Math.round(tookMs / 1000)} s: ${detail ?? warning ?? 'nobody says why'}`;
  const mend =
    state === 'pending'
      ? MEND.room
      : code === 'node_not_ready'
        ? MEND.network
        : over
          ? MEND.program
          : MEND.patience;
  const said = output.length === 0 ? '' : ` (${ending(output)})`;
  return wrong(RUN, `${what}${said}: ${mend}`);
}

/** Whether a node has written down that it began or ended. */
async function leftAnything(plan: WorkloadPlan): Promise<boolean> {
  const { kept } = runFiles(clusterPlanOf(plan).directory);
  const records = await Promise.all(plan.nodes.map(node => readNodeRecord(kept, node)));
  return records.some(record => record !== undefined);
}

function sameStorage({ volume, volumeRoot }: VolcanoEngineConfig): string {
  return 'claim' in volume
    ? `cluster.volume_root (${volumeRoot}) has to be where the companion sees the root of the claim ${volume.namespace}/${volume.claim}`
    : `cluster.volume_root (${volumeRoot}) and cluster.host_path (${volume.hostPath}) have to be the same directory, on all machines`;
}

function ending(output: readonly string[]): string {
  return output.slice(-4).join('; ') || 'it said nothing';
}

/** Removes everything that was made in the cluster. */
async function remove(
  engine: ComputeEngine,
  plan: WorkloadPlan,
  { instance }: VolcanoEngineConfig
): Promise<Finding[]> {
  try {
    await engine.release(plan.handle);
    await engine.projects([]);
    return [];
  } catch (error) {
    const kinds = 'namespaces,persistentvolumes,queues.scheduling.volcano.sh';
    return [
      wrong(
        RUN,
        `what it made could not be removed (${(error as Error).message}): \`kubectl delete ${kinds} -l ${LABELS.instance}=${instance}\``
      )
    ];
  }
}
