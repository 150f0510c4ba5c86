import type { Language, Training, TrainingRun } from '@topsdl/contract';
import type { Access } from '../../access/access.ts';
import type { NodeObservation } from '../../compute/engine.ts';
import type { Orm } from '../../db/database.ts';
import type { Holders } from '../../reconcile/holders.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { presentReason } from '../../reconcile/reasons.ts';
import { holdersOfRoom, lackingRoom, shownState, waitsForRoom } from '../../reconcile/room.ts';
import { isEnded } from '../../reconcile/states.ts';
import { store } from '../../reconcile/store.ts';
import type { Workload } from '../../reconcile/table.ts';
import type { ComputeSpecDirectory } from '../admin/directory.ts';
import type { Definitions } from './definitions.ts';
import type { References } from './references.ts';
import { nameOf, type Runs, type RunState } from './runs.ts';
import type { RunMount, TrainingRow } from './table.ts';

/** Runs that a definition shows in a list. */
const NEWEST = 5;

/** Shows definitions and runs as the contract has them. */
export class Presenter {
  readonly #orm: Orm;
  readonly #access: Access;
  readonly #definitions: Definitions;
  readonly #references: References;
  readonly #runs: Runs;
  readonly #specs: () => ComputeSpecDirectory;
  readonly #reconciler: Reconciler;
  readonly #holders: Holders;

  constructor(options: {
    orm: Orm;
    access: Access;
    definitions: Definitions;
    references: References;
    runs: Runs;
    specs: () => ComputeSpecDirectory;
    reconciler: Reconciler;
    holders: Holders;
  }) {
    this.#orm = options.orm;
    this.#access = options.access;
    this.#definitions = options.definitions;
    this.#references = options.references;
    this.#runs = options.runs;
    this.#specs = options.specs;
    this.#reconciler = options.reconciler;
    this.#holders = options.holders;
  }

  training(row: TrainingRow, language: Language): Training {
    const ids = this.#definitions.mountsOf(row.id);
    const mounts = (kind: 'dataset' | 'algorithm' | 'model') =>
      this.#references.present(kind, ids[kind]).map(presentMount);
    return {
      id: row.id,
      projectId: row.projectId,
      name: row.name,
      datasets: mounts('dataset'),
      algorithms: mounts('algorithm'),
      models: mounts('model'),
      image: 'host',
      specId: row.specId,
      specName: this.#specs().find(row.specId)?.name ?? '',
      command: row.command,
      environment: row.environment,
      nodes: row.nodes,
      graceSeconds: row.graceSeconds,
      saveModelSetId: row.saveModelSetId,
      saveModelSetName: this.#references.modelSetName(row.saveModelSetId),
      runCount: this.#definitions.countRuns(row.id),
      runs: this.#runs.newest(row.id, NEWEST).map(state => this.run(state, language)),
      createdAt: new Date(row.createdAt).toISOString(),
      createdBy: this.#access.userRef(row.createdBy)
    };
  }

  run({ run, workload }: RunState, language: Language): TrainingRun {
    return {
      id: run.id,
      trainingId: run.trainingId,
      name: nameOf(run),
      number: run.number,
      attempt: run.attempt,
      state: shownState(workload),
      reason: workload.reason && presentReason(workload.reason, language),
      waiting: shownState(workload) === 'pending' ? this.#waiting(workload) : null,
      nodes: workload.observed.map(node => ({
        name: node.name,
        role: node.index === 0 ? 'master' : 'worker',
        state: nodeState(node, workload),
        exitCode: node.exitCode ?? null
      })),
      exitCode: workload.exitCode,
      progress: run.step === null ? null : { step: run.step, total: run.totalSteps },
      modelVersionId: run.modelVersionId,
      createdAt: new Date(run.createdAt).toISOString(),
      startedAt: time(workload.startedAt),
      endedAt: time(workload.endedAt),
      settled: workload.settledAt !== null,
      createdBy: this.#access.userRef(run.createdBy)
    };
  }

  /** What a run was started with, in the form of a definition. */
  configuration({ run }: RunState): Omit<Training, 'runs' | 'runCount'> {
    const {
      resources: _,
      placement: __,
      datasets,
      algorithms,
      models,
      ...rest
    } = run.configuration;
    return {
      ...rest,
      id: run.trainingId,
      projectId: run.projectId,
      datasets: datasets.map(presentMount),
      algorithms: algorithms.map(presentMount),
      models: models.map(presentMount),
      image: 'host',
      environment: { ...rest.environment },
      createdAt: new Date(run.createdAt).toISOString(),
      createdBy: this.#access.userRef(run.createdBy)
    };
  }

  #waiting(workload: Workload): TrainingRun['waiting'] {
    const room = waitsForRoom(workload);
    const { position, lacking } = room
      ? { position: 0, lacking: lackingRoom(workload) }
      : this.#reconciler.admission.waiting(this.#orm, workload);
    const wanted = new Set(lacking.map(({ resource }) => resource));
    const inRoom = new Set(holdersOfRoom(workload));
    return {
      position,
      lacking: lacking.map(lack => ({ ...lack })),
      holders: store
        .holding(this.#orm, workload.projectId)
        .filter(each => (room ? inRoom.has(each.id) : holdsAny(each, wanted)))
        .map(each => {
          const { projectId: _, ...holder } = this.#holders.present(each);
          return holder;
        })
    };
  }
}

function presentMount({ versionId, setId, name, number }: RunMount) {
  return { versionId, setId, name, number };
}

function holdsAny(workload: Workload, resources: ReadonlySet<string>): boolean {
  return (
    workload.counted &&
    (resources.has('cpu') ||
      resources.has('memory') ||
      (workload.cards > 0 && resources.has(`requests.${workload.cardResource ?? ''}`)))
  );
}

function nodeState(
  node: NodeObservation,
  workload: Workload
): TrainingRun['nodes'][number]['state'] {
  if (node.state === 'ended' || isEnded(workload.state)) {
    return node.exitCode === undefined || node.exitCode === 0 ? 'ended' : 'failed';
  }
  return node.state === 'starting' ? 'starting' : 'running';
}

function time(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
