import { operations, type LogLine, type Training, type TrainingRun } from '@topsdl/contract';
import type { Stage } from '../support/stage.ts';
import type { Claims, Work } from './work.ts';

const { training, models } = operations;
const STEPS = 12;

/** A line is written at once: mpirun puts what its processes write one after the other, wherever that is cut. */
const JOB = `
import os, time
rank = os.environ["OMPI_COMM_WORLD_RANK"]
for step in range(${STEPS}):
    os.write(1, f"rank {rank} step {step}\\n".encode())
    time.sleep(0.2)
if rank == "0":
    with open("/workspace/persistent-model/model.txt", "a") as file:
        file.write("trained\\n")
`;

/** The manual's recipe. */
const COMMAND =
  'mkdir -p /etc/mpi && echo "localhost slots=1" > /etc/mpi/hostfile && ' +
  'cat /etc/volcano/worker.host | sed "s/$/& slots=1/g" >> /etc/mpi/hostfile && ' +
  'mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -mca btl ^openib -np 2 ' +
  'python3 /workspace/algorithm/job/job.py';

/** Training runs on two nodes that save a model. */
export class Running implements Work {
  readonly #stage: Stage;
  readonly #claims: Claims;
  readonly #training: Training;
  #run: TrainingRun | undefined;
  /** What was read of its log, a stretch at a time, with other companions in between. */
  #read: LogLine[] = [];
  #position: string | undefined;
  #completed = 0;

  static async prepare(stage: Stage, claims: Claims): Promise<Running> {
    const algorithm = await stage.version('algorithms', 'job', { 'job.py': JOB });
    const results = await stage.set('models', 'results');
    const made = await stage.training('two nodes', COMMAND, {
      nodes: 2,
      algorithmVersionIds: [algorithm.id],
      saveModelSetId: results.id
    });
    return new Running(stage, claims, made);
  }

  private constructor(stage: Stage, claims: Claims, made: Training) {
    this.#stage = stage;
    this.#claims = claims;
    this.#training = made;
  }

  async begin(): Promise<void> {
    if (this.#run && (await this.#stage.run(this.#run.id)).settled) {
      await this.finish();
    }
    this.#run ??= await this.#stage.startRun(this.#training);
  }

  async check(): Promise<void> {
    if (!this.#run) {
      return;
    }
    const { state, attempt } = await this.#stage.run(this.#run.id);
    const states = ['pending', 'starting', 'running', 'completed'];
    this.#claims.oneOf('a run goes on', state, states);
    this.#claims.is('a run has one attempt', attempt, 1);
    await this.#readOn();
  }

  async finish(): Promise<void> {
    if (!this.#run) {
      return;
    }
    const { owner } = this.#stage;
    const { id } = this.#run;
    const run = await this.#stage.until(id, ({ settled }) => settled);
    this.#claims.is(
      'a run ends by itself, once',
      [run.state, run.exitCode, run.attempt, run.reason],
      ['completed', 0, 1, null]
    );
    await this.#checkLog(run);
    await this.#checkModel(run);
    const { items } = await owner.call(training.events, { params: { runId: id } });
    const onces = ['created', 'admitted', 'started', 'completed', 'model-saved'];
    for (const code of onces.map(name => `run.${name}`)) {
      const times = items.filter(({ reason }) => reason.code === code).length;
      this.#claims.is('what happens to a run is told once', [code, times], [code, 1]);
    }
    await owner.call(training.deleteRun, { params: { runId: id } });
    this.#run = undefined;
    this.#read = [];
    this.#position = undefined;
  }

  async #checkLog(run: TrainingRun): Promise<void> {
    await this.#readOn();
    const { owner } = this.#stage;
    const params = { runId: run.id };
    const master = run.nodes[0]!.name;
    const whole = await owner.call(training.logs, { params, query: { limit: 10_000 } });
    const said = (lines: readonly LogLine[]) =>
      lines
        .filter(({ node, stream }) => node === master && stream === 'stdout')
        .map(({ text }) => text);
    const steps = Array.from({ length: STEPS }, (_, step) => step);
    for (const rank of [0, 1]) {
      this.#claims.is(
        'a log has every line once, in order',
        said(whole.lines).filter(line => line.startsWith(`rank ${rank} `)),
        steps.map(step => `rank ${rank} step ${step}`)
      );
    }
    this.#claims.is('a log goes on where it was read to', said(this.#read), said(whole.lines));
    const content = await owner.raw(training.logContent, { params, query: { node: master } });
    const lines = (await content.text()).split('\n').filter(line => line.startsWith('rank'));
    this.#claims.is('the whole log is the same', lines, said(whole.lines));
  }

  async #checkModel(run: TrainingRun): Promise<void> {
    const { owner } = this.#stage;
    this.#completed++;
    const { total } = await owner.call(models.listVersions, {
      params: { setId: this.#training.saveModelSetId! }
    });
    this.#claims.is('a run makes one model version', total, this.#completed);
    const file = await owner.raw(models.readFile, {
      params: { versionId: run.modelVersionId! },
      query: { path: 'model.txt' }
    });
    this.#claims.is('a run’s command runs once', await file.text(), 'trained\n');
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const page = await this.#stage.owner.call(training.logs, {
        params: { runId: this.#run!.id },
        query: { limit: 5, ...(this.#position === undefined ? {} : { from: this.#position }) }
      });
      this.#read.push(...page.lines);
      this.#position = page.position;
      if (page.lines.length === 0) {
        return;
      }
    }
  }
}
