import type { EngineProject } from '../../engine.ts';
import { isApiError } from '../apiError.ts';
import { ClusterApi } from '../client.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { isFault, missing, ok, type Finding } from '../finding.ts';
import { KINDS, pathOf } from '../kinds.ts';
import { projectNamespace } from '../names.ts';
import type { ClusterNode, ObjectList } from '../objects.ts';
import { examineAdmission } from './admission.ts';
import { getIfThere, listed, looking } from './ask.ts';
import { connect, examineConnection } from './connection.ts';
import { examineGateway } from './gateway.ts';
import { examineMachines, usableNodes, type SpecDemand } from './machines.ts';
import { examinePrograms, findPrograms, type Programs } from './programs.ts';
import { examineQueues, examineQuotas } from './queues.ts';
import { examineRights } from './rights.ts';
import { examineScheduler } from './scheduler.ts';
import { examineServed } from './served.ts';
import { examineTrial } from './trial.ts';
import { examineClaim, judgeHostPath, judgeOwner } from './volume.ts';

/** What a cluster is looked at for. */
export interface Subject {
  readonly config: VolcanoEngineConfig;
  readonly projects: readonly EngineProject[];
  readonly specs: readonly SpecDemand[];
  /** The uid as whom the companion runs. */
  readonly owner: number;
  /** Whether to run something, too; the signal ends that early. */
  readonly trial?: AbortSignal;
}

/** Looks at everything of a cluster that runs need, and changes nothing there but for a trial. Findings come as they are made. */
export async function* examineCluster(subject: Subject): AsyncGenerator<Finding> {
  const { config, projects, specs, owner, trial } = subject;
  const api = connect(config);
  if (!(api instanceof ClusterApi)) {
    yield api;
    return;
  }
  try {
    const connection = await examineConnection(api);
    yield* connection;
    if (connection.some(isFault)) {
      return;
    }
    const namespaces = projects.map(project => projectNamespace(config, project));
    yield* await examineRights(api, config, namespaces);
    if (config.projects === 'given') {
      yield* await examineNamespaces(api, config, projects);
    }
    const served = await examineServed(api);
    yield* served;
    const hasVolcano = !served.some(isFault);
    if (hasVolcano) {
      yield* await examineVolcano(api, subject);
    }
    yield* await examineQuotas(api, config, projects);
    const nodes = await readNodes(api);
    yield* nodes.found === undefined ? nodes.findings : examineMachines(config, nodes.found, specs);
    yield* 'claim' in config.volume
      ? await examineClaim(api, config.volume)
      : [
          judgeHostPath(
            config.volume.hostPath,
            nodes.found && usableNodes(config, nodes.found).length
          )
        ];
    yield judgeOwner(config, owner);
    if (config.gateway !== undefined) {
      yield* await examineGateway(api, config.gateway);
    }
    if (trial !== undefined && hasVolcano) {
      yield* await examineTrial(api, config, projects, trial);
    }
  } finally {
    await api.close();
  }
}

/** Whether those are there that an administrator is to make. */
function examineNamespaces(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  projects: readonly EngineProject[]
): Promise<readonly Finding[]> {
  return looking('namespaces', "see service accounts of projects' namespaces", async () => {
    const names = projects.map(project => projectNamespace(config, project));
    const found = await Promise.all(
      names.map(name => getIfThere(api, pathOf(KINDS.serviceAccount, name, 'default')))
    );
    const faults = projects.flatMap(({ name }, i) =>
      found[i] === undefined
        ? [
            missing(
              'namespaces',
              `that of the project ${name}, ${names[i] ?? ''}, is not there: make it, or name another by cluster.namespaces`
            )
          ]
        : []
    );
    return faults.length > 0
      ? faults
      : [ok('namespaces', `there are those of all projects: ${listed(names)}`)];
  });
}

async function examineVolcano(
  api: ClusterApi,
  { config, projects }: Subject
): Promise<readonly Finding[]> {
  const names = projects.map(project => projectNamespace(config, project));
  const programs = findPrograms(api);
  const find = (): Promise<Programs> => programs;
  return [
    ...(await examinePrograms(find)),
    ...(await examineScheduler(api, config, find)),
    ...(await examineQueues(api, config, projects)),
    ...(await examineAdmission(api, config, await placeForJobs(api, config, names)))
  ];
}

/** A namespace of a project that jobs can be given to as it is; most are made with their project's first run. */
async function placeForJobs(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  names: readonly string[]
): Promise<string | undefined> {
  try {
    for (const name of names) {
      const paths = [
        pathOf(KINDS.serviceAccount, name, 'default'),
        ...(config.queue === undefined ? [pathOf(KINDS.queue, undefined, name)] : [])
      ];
      const found = await Promise.all(paths.map(path => getIfThere(api, path)));
      if (!found.includes(undefined)) {
        return name;
      }
    }
  } catch (error) {
    if (!isApiError(error)) {
      throw error;
    }
  }
  return undefined;
}

/** The machines, or why they cannot be told. */
async function readNodes(
  api: ClusterApi
): Promise<{ found?: readonly ClusterNode[]; findings: readonly Finding[] }> {
  let found: readonly ClusterNode[] | undefined;
  const findings = await looking('machines', 'list nodes', async () => {
    const { items = [] } = await api.get<ObjectList<ClusterNode>>(pathOf(KINDS.node));
    found = items;
    return [];
  });
  return { findings, ...(found === undefined ? {} : { found }) };
}
