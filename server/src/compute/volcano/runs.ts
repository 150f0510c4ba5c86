import type { Unwatch, WorkloadHandle, WorkloadObservation } from '../engine.ts';
import { FINAL_STATES } from '../engine.ts';
import type { Cluster } from './cluster.ts';
import type { Contact } from './contact.ts';
import { runKey } from './load.ts';
import type { Run } from './run.ts';

type Listener = (observation: WorkloadObservation) => void;

/** Machines' loads change with every pod of the cluster; what waits for them is looked at again this long after, the later the more there is. */
const LOAD_MS = 500;
const LOAD_EACH_MS = 0.5;

/** The workloads that somebody asks about, looked at again whenever the cluster tells of one. */
export class Runs {
  readonly #cluster: Cluster;
  readonly #make: (handle: WorkloadHandle) => Run;
  readonly #looked: (run: Run) => void;
  readonly #runs = new Map<string, Run>();
  readonly #byName = new Map<string, Run>();
  readonly #told = new Map<string, string>();
  readonly #listeners = new Set<Listener>();
  readonly #dirty = new Set<Run>();
  #flush: NodeJS.Immediate | undefined;
  #loadTimer: NodeJS.Timeout | undefined;

  /** @param looked is called with each run that was looked at */
  constructor(
    cluster: Cluster,
    contact: Contact,
    make: (handle: WorkloadHandle) => Run,
    looked: (run: Run) => void
  ) {
    this.#cluster = cluster;
    this.#make = make;
    this.#looked = looked;
    cluster.onChange((namespace, name) => {
      const run = this.#byName.get(runKey(namespace, name));
      if (run !== undefined) {
        this.look(run);
      }
    });
    cluster.followNodes(() => this.#loadChanged());
    contact.onChange(away => {
      if (away === undefined) {
        // What was observed meanwhile was told to whoever asked, not to those who listen.
        this.#told.clear();
        this.#runs.forEach(run => this.look(run));
      }
    });
  }

  of(handle: WorkloadHandle): Run {
    let run = this.#runs.get(handle.runId);
    if (run === undefined) {
      run = this.#make(handle);
      this.#runs.set(handle.runId, run);
      this.#byName.set(runKey(run.data.namespace, run.data.name), run);
      this.#cluster.follow(run.data.namespace);
    }
    return run;
  }

  /** The id of the run that objects of a namespace are called after. @param key of {@link runKey} */
  called(key: string): string | undefined {
    return this.#byName.get(key)?.handle.runId;
  }

  /** Calls back with each change; at first, with how the given ones are. */
  listen(listener: Listener, handles: readonly WorkloadHandle[] = []): Unwatch {
    this.#listeners.add(listener);
    for (const handle of handles) {
      const run = this.of(handle);
      void run.observe().then(observation => {
        this.#looked(run);
        if (this.#listeners.has(listener)) {
          listener(observation);
        }
      });
    }
    return () => this.#listeners.delete(listener);
  }

  /** Finds out anew how a run is, and tells if that has changed. Looks that come together are one. */
  look(run: Run): void {
    this.#dirty.add(run);
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined;
      const runs = [...this.#dirty];
      this.#dirty.clear();
      runs.forEach(item => void this.#tell(item));
    });
  }

  /** Resolves when a run is as wanted, or after the time. */
  async until(run: Run, wanted: (seen: WorkloadObservation) => boolean, ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(() => done(), ms);
      const unlisten = this.listen(
        seen => {
          if (seen.runId === run.handle.runId && wanted(seen)) {
            done();
          }
        },
        [run.handle]
      );
      const done = (): void => {
        clearTimeout(timer);
        unlisten();
        resolve();
      };
    });
  }

  forget(runId: string): void {
    const run = this.#runs.get(runId);
    if (run !== undefined) {
      this.#runs.delete(runId);
      this.#byName.delete(runKey(run.data.namespace, run.data.name));
      this.#told.delete(runId);
    }
  }

  close(): void {
    clearImmediate(this.#flush);
    clearTimeout(this.#loadTimer);
    this.#listeners.clear();
    this.#runs.clear();
    this.#byName.clear();
  }

  async #tell(run: Run): Promise<void> {
    const before = run.latest;
    const observation = await run.observe();
    this.#looked(run);
    this.#followLoad();
    for (const told of [restarted(before, observation), observation]) {
      const text = JSON.stringify(told);
      if (told !== undefined && text !== this.#told.get(told.runId)) {
        this.#told.set(told.runId, text);
        this.#listeners.forEach(listener => listener(told));
      }
    }
    if (FINAL_STATES.includes(observation.state)) {
      // It does not change any more; who asks again reads it from its files.
      this.forget(observation.runId);
    }
  }

  /** What everybody takes is only of interest while something of ours waits for it. */
  #followLoad(): void {
    for (const run of this.#runs.values()) {
      if (run.waiting) {
        this.#cluster.followOthers();
        return;
      }
    }
    this.#cluster.ignoreOthers();
  }

  #loadChanged(): void {
    this.#loadTimer ??= setTimeout(
      () => {
        this.#loadTimer = undefined;
        this.#runs.forEach(run => {
          if (run.waiting) {
            this.look(run);
          }
        });
      },
      LOAD_MS + LOAD_EACH_MS * this.#runs.size
    );
    this.#loadTimer.unref();
  }
}

/**
 * That a replica was started again between two looks: the kubelet may start a container so soon that its end is never seen, and who
 * sends requests to it has to know that there was one.
 */
function restarted(
  before: WorkloadObservation | undefined,
  after: WorkloadObservation
): WorkloadObservation | undefined {
  let any = false;
  const nodes = after.nodes.map(node => {
    const earlier = before?.nodes.find(({ index }) => index === node.index);
    const missed =
      earlier !== undefined &&
      earlier.state !== 'backoff' &&
      node.state !== 'backoff' &&
      node.state !== 'draining' &&
      node.restarts > earlier.restarts;
    any ||= missed;
    return missed ? { ...node, state: 'backoff' as const } : node;
  });
  return any ? { ...after, nodes } : undefined;
}
