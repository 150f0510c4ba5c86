import type {
  ComputeEngine,
  Endpoint,
  EngineCheck,
  EngineProject,
  ExecOptions,
  ExecSession,
  LogEntry,
  LogOptions,
  RunIdentity,
  ServiceRoute,
  Silence,
  Unwatch,
  WorkloadHandle,
  WorkloadObservation,
  WorkloadPlan,
  WorkloadSpec,
  WorkloadStats
} from '../engine.ts';
import { EngineError, FINAL_STATES } from '../engine.ts';
import { followLogs } from '../logs/follow.ts';
import { rawBytes } from '../logs/reader.ts';
import { isApiError } from './apiError.ts';
import { ClusterApi } from './client.ts';
import { checkCluster } from './check.ts';
import { Cluster } from './cluster.ts';
import { clusterHandleOf, clusterPlanOf, type ClusterPlan } from './clusterPlan.ts';
import { command } from './commands.ts';
import type { VolcanoEngineConfig } from './config.ts';
import { Contact } from './contact.ts';
import { Endings, notRunning } from './ending.ts';
import { execInPod } from './exec.ts';
import { KINDS, pathOf } from './kinds.ts';
import { ownSelector, podIndex, replicaName } from './names.ts';
import { prepareFiles } from './nodeFiles.ts';
import type { ClusterObject, Pod } from './objects.ts';
import { Ownership } from './ownership.ts';
import { runFiles } from './places.ts';
import { planWorkload } from './plan.ts';
import { installProgram } from './program.ts';
import { Projects } from './projects.ts';
import { dialAddress, Relays } from './relay.ts';
import { Routes } from './routes.ts';
import { Run } from './run.ts';
import { Runs } from './runs.ts';
import { readStats } from './stats.ts';
import { asEngineError, createRun, find } from './submit.ts';
import { Turns } from './turns.ts';
import { Unnoticed } from './unnoticed.ts';

/** Creates that are under way at a time: enough to keep an API server busy, and less than it refuses. */
export const MOST_SUBMITS = 32;
/** Runs that are made ready at a time, so that the next is there when a create has been answered. */
const MOST_READY = 2 * MOST_SUBMITS;

/**
 * Workloads on a Kubernetes cluster with Volcano. What is so is read from the cluster by watches; what has been is in files of the
 * run's directory on the volume that companion and pods share.
 */
export class VolcanoEngine implements ComputeEngine {
  readonly name = 'volcano';
  readonly #config: VolcanoEngineConfig;
  readonly #api: ClusterApi;
  readonly #contact: Contact;
  readonly #cluster: Cluster;
  readonly #projects: Projects;
  readonly #routes: Routes;
  readonly #endings: Endings;
  readonly #unnoticed: Unnoticed;
  readonly #relays: Relays;
  readonly #ownership: Ownership;
  readonly #runs: Runs;
  readonly #program: string;
  readonly #submits = new Map<string, Promise<void>>();
  /** How many replicas were asked for last, by the name of the service's objects. */
  readonly #scaled = new Map<string, number>();
  readonly #readying = new Turns(MOST_READY);
  readonly #creating = new Turns(MOST_SUBMITS);
  #check: Promise<EngineCheck> | undefined;

  /**
   * @param sockets a short directory of the companion's own for the sockets that lead to pods
   * @throws Error where the kubeconfig cannot be used; a cluster that does not answer is waited for
   */
  static async create(config: VolcanoEngineConfig, sockets: string): Promise<VolcanoEngine> {
    const api = ClusterApi.connect(config);
    const program = await installProgram(config);
    return new VolcanoEngine(config, api, program, sockets);
  }

  private constructor(
    config: VolcanoEngineConfig,
    api: ClusterApi,
    program: string,
    sockets: string
  ) {
    this.#config = config;
    this.#api = api;
    this.#program = program;
    this.#contact = new Contact(() => api.get('/readyz'));
    this.#cluster = new Cluster(api, this.#contact, config);
    this.#projects = new Projects(config, api, this.#contact);
    this.#routes = new Routes(config, api, this.#contact, this.#projects);
    this.#endings = new Endings(api, this.#contact, this.#cluster);
    this.#unnoticed = new Unnoticed((run, action) => command(api, this.#contact, run, action));
    this.#relays = new Relays(sockets);
    this.#ownership = new Ownership(config);
    this.#runs = new Runs(
      this.#cluster,
      this.#contact,
      handle =>
        new Run(handle, {
          cluster: this.#cluster,
          readyTimeoutMs: config.readyTimeoutMs,
          away: () => this.#contact.away !== undefined,
          runCalled: key => this.#runs.called(key),
          find: ({ service, namespace, name }) =>
            find(
              api,
              this.#contact,
              pathOf(service ? KINDS.statefulSet : KINDS.job, namespace, name)
            )
        }),
      run => void this.#unnoticed.look(run)
    );
  }

  check(again = false): Promise<EngineCheck> {
    if (again || this.#check === undefined) {
      this.#check = checkCluster(this.#api, this.#contact, this.#cluster, this.#config);
    }
    return this.#check;
  }

  get silence(): Silence | undefined {
    return this.#contact.away;
  }

  onSilence(listener: () => void): Unwatch {
    return this.#contact.onChange(listener);
  }

  async projects(projects: readonly EngineProject[]): Promise<void> {
    try {
      await this.#projects.set(projects);
    } catch (error) {
      throw asEngineError(error);
    }
  }

  plan(spec: WorkloadSpec, run: RunIdentity): WorkloadPlan {
    return planWorkload(this.#config, spec, run, this.#projects.namespaceOf(spec.projectId));
  }

  async submit(plan: WorkloadPlan): Promise<WorkloadHandle> {
    const { runId } = plan.handle;
    const underway = this.#submits.get(runId);
    const submit = (underway ?? this.#submit(plan)).finally(() => this.#submits.delete(runId));
    this.#submits.set(runId, submit);
    await submit;
    return plan.handle;
  }

  observe(handles: readonly WorkloadHandle[]): Promise<WorkloadObservation[]> {
    return Promise.all(handles.map(handle => this.#runs.of(handle).observe()));
  }

  watch(
    onChange: (observation: WorkloadObservation) => void,
    handles: readonly WorkloadHandle[] = []
  ): Unwatch {
    return this.#runs.listen(onChange, handles);
  }

  logs(handle: WorkloadHandle, options: LogOptions = {}): AsyncIterable<LogEntry> {
    const run = this.#runs.of(handle);
    return followLogs(runFiles(run.data.directory).logs, options, {
      ended: async () => {
        const { state } = await run.observe();
        return state === 'absent' || FINAL_STATES.includes(state);
      },
      onChange: listener =>
        this.#runs.listen(seen => {
          if (seen.runId === handle.runId) {
            listener();
          }
        })
    });
  }

  rawLog(handle: WorkloadHandle, node: string): AsyncIterable<Uint8Array> {
    return rawBytes(runFiles(this.#runs.of(handle).data.directory).logs, node);
  }

  async stats(handle: WorkloadHandle): Promise<WorkloadStats> {
    const run = this.#runs.of(handle);
    const nodes = new Map<string, string>();
    for (const { name, pod } of await this.#runningPods(run)) {
      nodes.set(name, pod.metadata.name);
    }
    return readStats(this.#api, this.#contact, run.data, nodes);
  }

  async exec(handle: WorkloadHandle, options: ExecOptions): Promise<ExecSession> {
    const { command, env = {}, signal } = options;
    const run = this.#runs.of(handle);
    const running = await this.#runningPods(run);
    const chosen =
      options.node === undefined ? running[0] : running.find(({ name }) => name === options.node);
    if (chosen === undefined) {
      throw new EngineError('node_unknown', `There is no node ${options.node ?? ''} that runs.`, {
        node: options.node ?? ''
      });
    }
    const argv = typeof command === 'string' ? ['/bin/bash', '-c', command] : [...command];
    const { namespace = '', name } = chosen.pod.metadata;
    try {
      return await execInPod(this.#api, { namespace, name }, argv, env, signal);
    } catch (error) {
      throw new EngineError(
        'unreachable',
        error instanceof Error ? error.message : 'The node cannot be reached.'
      );
    }
  }

  endpoint(handle: WorkloadHandle, port: number, replica = 0): Endpoint {
    const run = this.#runs.of(handle);
    const { ports, name, namespace } = run.data;
    if (!ports.includes(port)) {
      throw new EngineError('port_unknown', `Port ${port} is not one of the workload's.`, { port });
    }
    const socketPath = this.#relays.path(`${name}-${replica}-${port}`, async () => {
      const pod = (await run.pods()).find(
        ({ metadata }) => podIndex(name, metadata.name) === replica
      );
      if (pod?.status?.podIP === undefined) {
        throw notRunning();
      }
      return this.#config.reach === 'direct'
        ? dialAddress(pod.status.podIP, port)
        : (await this.#api.forward(namespace, pod.metadata.name, port)).port();
    });
    return { socketPath };
  }

  async scale(handle: WorkloadHandle, replicas: number): Promise<void> {
    const { service, namespace, name } = this.#runs.of(handle).data;
    if (!service) {
      throw new EngineError('not_a_service', 'Only a service has replicas.');
    }
    const last = this.#scaled.get(name) ?? replicas;
    // What was asked for last may not have been told by the watch yet.
    if (last === replicas && this.#cluster.objects(namespace, name).set?.spec?.replicas === last) {
      return;
    }
    const path = `${pathOf(KINDS.statefulSet, namespace, name)}/scale`;
    try {
      await this.#contact.ask(() => this.#api.patch(path, { spec: { replicas } }));
      this.#scaled.set(name, replicas);
    } catch (error) {
      throw asEngineError(error);
    }
  }

  stop(handle: WorkloadHandle, graceMs?: number): Promise<void> {
    return this.#endings.stop(this.#runs.of(handle), graceMs);
  }

  async release(handle: WorkloadHandle): Promise<void> {
    const run = this.#runs.of(handle);
    await this.#endings.release(run, (wanted, ms) => this.#runs.until(run, wanted, ms));
    this.#relays.remove(`${run.data.name}-`);
    this.#runs.forget(handle.runId);
    this.#scaled.delete(run.data.name);
  }

  async sweep(known: readonly WorkloadHandle[]): Promise<void> {
    const handles = known.map(clusterHandleOf);
    await this.#endings.sweep(
      ownSelector(this.#config.instance),
      this.#config.watch === 'cluster'
        ? [undefined]
        : new Set([...this.#projects.namespaces(), ...handles.map(({ namespace }) => namespace)]),
      new Set(handles.map(({ name }) => name))
    );
  }

  async routes(routes: readonly ServiceRoute[]): Promise<void> {
    try {
      await this.#routes.set(routes);
    } catch (error) {
      throw asEngineError(error);
    }
  }

  async close(): Promise<void> {
    this.#unnoticed.close();
    this.#runs.close();
    this.#cluster.close();
    this.#contact.close();
    this.#relays.close();
    await this.#api.close();
  }

  async #submit(plan: WorkloadPlan): Promise<void> {
    const run = this.#runs.of(plan.handle);
    const { state } = await run.observe();
    if (state !== 'absent') {
      return;
    }
    const data = clusterPlanOf(plan);
    try {
      await this.#projects.ready(data.projectId);
      await this.#readying.take(async () => {
        await prepareFiles(this.#config, this.#ownership, data);
        await run.made(await this.#creating.take(() => this.#create(data)));
      });
    } catch (error) {
      throw asEngineError(error);
    }
    this.#runs.look(run);
  }

  async #create(data: ClusterPlan): Promise<ClusterObject> {
    const create = () => createRun(this.#api, this.#contact, this.#config, data, this.#program);
    try {
      return await create();
    } catch (error) {
      if (!isApiError(error) || !error.notFound) {
        throw error;
      }
      // Somebody has deleted the namespace that we know to have made.
      await this.#projects.remake(data.projectId);
      return create();
    }
  }

  /** The pods that run, the master or first replica first. @throws EngineError `not_running` */
  async #runningPods(run: Run): Promise<{ name: string; index: number; pod: Pod }[]> {
    const { state } = await run.observe();
    const { name: runName, service, nodes } = run.data;
    const pods = (await run.pods()).flatMap(pod => {
      const index = podIndex(runName, pod.metadata.name);
      const name = index === undefined || service ? replicaName(index ?? 0) : (nodes[index] ?? '');
      return index === undefined || pod.status?.phase !== 'Running' ? [] : [{ name, index, pod }];
    });
    if (FINAL_STATES.includes(state) || pods.length === 0) {
      throw notRunning();
    }
    return pods.sort((a, b) => a.index - b.index);
  }
}
