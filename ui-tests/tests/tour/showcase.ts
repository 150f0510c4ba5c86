import { expect } from '@playwright/test';
import {
  operations,
  type DatasetVersion,
  type PackageVersion,
  type Service,
  type Training,
  type TrainingRun
} from '@topsdl/contract';
import { shapesArchive } from '../../material/archive.ts';
import { onnxModel } from '../../material/onnx.ts';
import { drawing } from '../../material/png.ts';
import { socketFetch } from '../../companion.ts';
import { Seed } from '../../seed.ts';

const { algorithms, datasets, labeling, models, serving, tensorboard, training } = operations;

/** The project that the tour goes through; made once a companion, the same for all languages. */
export const SHOWCASE = 'showcase';
/** A project in which nothing has been done. */
export const EMPTY = 'nothing here';
/** Fifty characters each, as many as a name may have. */
export const LONG = {
  en: 'a-name-of-fifty-characters-is-as-long-as-one-can-be'.slice(0, 50),
  zh: '一个名称最多可以有五十个字符所以界面上的每一处都必须能够容纳这样长的名称而不会溢出或者遮挡其他内容才行'.slice(
    0,
    50
  )
};
/** Users with one permission each, and one who belongs to no project. */
export const PEOPLE = {
  labeler: ['label'],
  reviewer: ['review'],
  'data-only': ['data'],
  nobody: ['platform', 'data']
} as const;

const LIMIT = { timeout: 180_000, intervals: [500] };

/** Makes the showcase through the API, and waits until all of it has come about. */
export class Showcase {
  private readonly seed: Seed;
  readonly projectId: string;

  constructor(seed: Seed, projectId: string) {
    this.seed = seed;
    this.projectId = projectId;
  }

  /** Makes what is not there yet. */
  static async make(): Promise<void> {
    const seed = await Seed.signIn();
    if (await seed.findProject(SHOWCASE)) {
      return;
    }
    const members = [];
    for (const [name, permissions] of Object.entries(PEOPLE)) {
      const id = await seed.user(name, permissions);
      if (name !== 'nobody') {
        members.push(id);
      }
    }
    await seed.project(EMPTY);
    const { id } = await seed.project(SHOWCASE, members);
    const showcase = new Showcase(seed, id);
    const data = await showcase.data();
    await showcase.names();
    const done = await showcase.training(data);
    await showcase.serving(done);
  }

  static async find(): Promise<Showcase> {
    const seed = await Seed.signIn();
    const project = await seed.findProject(SHOWCASE);
    if (!project) {
      throw new Error('the showcase is not there: its setup has to run first');
    }
    return new Showcase(seed, project.id);
  }

  /** A dataset with an import that refused something, labels, training data, an export, versions. */
  private async data(): Promise<DatasetVersion> {
    const { client } = this.seed;
    const dataset = await this.seed.dataset(this.projectId, 'road-signs');
    const version = await this.seed.imported(dataset, this.projectId, shapesArchive(24, 4, true));
    const params = { versionId: version.id };
    await client.call(datasets.startTrainingData, { params, body: {} });
    const body = { format: 'topsdl', withData: true } as const;
    await client.call(datasets.startExport, { params, body });
    await expect(async () => {
      expect((await client.call(datasets.trainingData, { params })).state).toBe('generated');
      const { items } = await client.call(datasets.listExports, { params, query: {} });
      expect(items.map(({ state }) => state)).toEqual(['generated']);
    }).toPass(LIMIT);
    // Newer versions: more than the sidebar folds out.
    for (let number = 2; number <= 7; number++) {
      await client.call(datasets.createVersion, {
        params: { datasetId: dataset.id },
        body: { baseVersionId: number < 7 ? null : version.id }
      });
    }
    return version;
  }

  /** Things with the longest names that can be given. */
  private async names(): Promise<void> {
    const { client } = this.seed;
    const params = { projectId: this.projectId };
    for (const name of [LONG.en, LONG.zh]) {
      const dataset = await this.seed.dataset(this.projectId, name);
      const version = await this.seed.imported(dataset, this.projectId, shapesArchive(2, 2));
      await client.call(labeling.createLabel, {
        params: { datasetId: dataset.id },
        body: { name }
      });
      await client.call(datasets.createVersion, {
        params: { datasetId: dataset.id },
        body: { baseVersionId: version.id }
      });
      const files = new Map([[`${name}.onnx`, onnxModel()]]);
      await this.seed.files('models', this.projectId, name, files);
      await this.seed.files('algorithms', this.projectId, name, files);
      const scenario = 'image-classification';
      await client.call(serving.createPackage, { params, body: { name, scenario } });
      await client.call(serving.createService, { params, body: { name } });
    }
    const specId = await this.spec();
    const command = 'echo "a long name" && exit 3';
    const made = await client.call(training.create, {
      params,
      body: { name: LONG.zh, specId, command, nodes: 1 }
    });
    await this.ran(made.id, 'failed');
  }

  /** A training on two nodes that leaves a model, one that fails, one that was never started. */
  private async training(data: DatasetVersion): Promise<Training> {
    const { client } = this.seed;
    const params = { projectId: this.projectId };
    const body = { name: 'sign-classifier', scenario: 'image-classification' } as const;
    const set = await client.call(models.create, { params, body });
    const query = { visibility: 'public', search: 'digits' } as const;
    const { items } = await client.call(algorithms.list, { params, query });
    const code = items[0]?.versions[0];
    const specId = await this.spec();
    const made = await client.call(training.create, {
      params,
      body: {
        name: 'signs-mpi',
        specId,
        nodes: 2,
        datasetVersionIds: [data.id],
        algorithmVersionIds: code ? [code.id] : [],
        environment: { OMP_NUM_THREADS: '1' },
        saveModelSetId: set.id,
        command:
          'mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -np 2 \\\n' +
          '  python3 /workspace/algorithm/digits/train.py \\\n' +
          '    --data_dir=/workspace/dataset/road-signs --epochs=40'
      }
    });
    await this.ran(made.id, 'completed');
    const broken = await client.call(training.create, {
      params,
      body: {
        name: 'signs-broken',
        specId,
        nodes: 1,
        command: 'echo "WARNING: no data" && python3 -c "raise ValueError(\'no such file: x.png\')"'
      }
    });
    await this.ran(broken.id, 'failed');
    for (const [name, command] of [
      ['signs-busy', 'echo begun && sleep 3600'],
      ['signs-large', 'echo begun']
    ] as const) {
      const busy = { name, specId: await this.spec('i10x1'), nodes: 1, command };
      await client.call(training.create, { params, body: busy });
    }
    return client.call(training.get, { params: { trainingId: made.id } });
  }

  private async ran(trainingId: string, state: string): Promise<void> {
    const { client } = this.seed;
    const params = { trainingId };
    const run = await client.call(training.startRun, { params });
    await expect(async () => {
      const now = await client.call(training.getRun, { params: { runId: run.id } });
      expect(now.state).toBe(state);
      expect(now.settled).toBe(true);
    }).toPass(LIMIT);
  }

  /** A package, and a service that has no versions yet. */
  private async serving(trained: Training): Promise<void> {
    const { client } = this.seed;
    const params = { projectId: this.projectId };
    const body = { name: 'sign-package', scenario: 'image-classification' } as const;
    const { id } = await client.call(serving.createPackage, { params, body });
    const built = await client.call(serving.createPackageVersion, {
      params: { packageId: id },
      body: {
        modelVersionIds: [String(trained.runs[0]?.modelVersionId)],
        algorithmVersionIds: trained.algorithms.map(({ versionId }) => versionId),
        arguments: ['python3', '/workspace/algorithm/digits/serve.py', '--port', '8080'],
        environment: { LOG_LEVEL: 'info' },
        build: true
      }
    });
    await expect(async () => {
      const query = { params: { packageVersionId: built.id } };
      expect((await client.call(serving.getPackageVersion, query)).state).toBe('completed');
    }).toPass(LIMIT);
    const service = { name: 'sign-reader', details: 'Reads the signs of the test track.' };
    await client.call(serving.createService, { params, body: service });
  }

  /** The service with both its versions, after some requests of which a few failed. */
  async serve(): Promise<Service> {
    const { client } = this.seed;
    const { id, production } = await this.service();
    const params = { serviceId: id };
    if (!production) {
      const packageVersionId = (await this.built()).id;
      const body = { packageVersionId, specId: await this.spec(), replicas: 1 };
      const tag = (MODEL_TAG: string) => ({ environment: { MODEL_TAG, BATCH: '8' } });
      await client.call(serving.addProduction, { params, body: { ...body, ...tag('first') } });
      await client.call(serving.addGray, {
        params,
        body: { ...body, ...tag('second'), share: 0.25 }
      });
    }
    await expect(async () => {
      const now = await client.call(serving.getService, { params });
      expect([now.production?.state, now.gray?.state]).toEqual(['serving', 'serving']);
    }).toPass(LIMIT);
    const service = await client.call(serving.getService, { params });
    const address = new URL(`${client.baseUrl}${service.path.replace(/^\//, '')}`);
    const headers = { Authorization: this.seed.authorization };
    for (let turn = 0; turn < 120; turn++) {
      const body = new Uint8Array(turn % 20 === 19 ? [1, 2, 3] : drawing('circle', turn));
      await socketFetch(new URL('predict', address), { method: 'POST', headers, body });
    }
    return service;
  }

  /** A run that holds what it was given, and one that waits for it; ended by `rest`. */
  async work(): Promise<{ readonly busy: string; readonly waiting: string }> {
    const { client } = this.seed;
    const start = async (name: string, state: string) => {
      const { id: trainingId, runs } = await this.definition(name);
      const run =
        runs.find(active) ?? (await client.call(training.startRun, { params: { trainingId } }));
      await expect(async () => {
        const now = await client.call(training.getRun, { params: { runId: run.id } });
        expect(now.state).toBe(state);
      }).toPass(LIMIT);
      return run.id;
    };
    return {
      busy: await start('signs-busy', 'running'),
      waiting: await start('signs-large', 'pending')
    };
  }

  /** Ends what holds resources. */
  async rest(): Promise<void> {
    const { client } = this.seed;
    for (const name of ['signs-large', 'signs-busy', 'signs-mpi']) {
      for (const run of (await this.definition(name)).runs) {
        const runId = run.id;
        if (active(run)) {
          await client.call(training.stopRun, { params: { runId } });
        }
        const board = await client.call(tensorboard.find, { params: { runId } }).catch(() => null);
        if (board) {
          await client.call(tensorboard.stop, { params: { tensorboardId: board.id } });
        }
      }
    }
    const { id: serviceId, production, gray } = await this.service();
    if (gray) {
      await client.call(serving.removeGray, { params: { serviceId } });
    }
    if (production) {
      await client.call(serving.removeProduction, { params: { serviceId } });
    }
  }

  /** Id of the project in which nothing has been done. */
  async empty(): Promise<string> {
    return String((await this.seed.findProject(EMPTY))?.id);
  }

  async dataset(name: string): Promise<string> {
    const params = { projectId: this.projectId };
    const query = { search: name };
    return found((await this.seed.client.call(datasets.list, { params, query })).items, name).id;
  }

  /** Ids of a set of files, and of its newest version. */
  async files(
    kind: 'algorithms' | 'models',
    name: string
  ): Promise<{ set: string; version: string }> {
    const of = kind === 'models' ? models : algorithms;
    const params = { projectId: this.projectId };
    const query = { visibility: 'all', search: name } as const;
    const set = found((await this.seed.client.call(of.list, { params, query })).items, name);
    return { set: set.id, version: String(set.versions[0]?.id) };
  }

  /** Ids of a dataset's versions, newest first. */
  async versions(name: string): Promise<string[]> {
    const params = { datasetId: await this.dataset(name) };
    const { items } = await this.seed.client.call(datasets.listVersions, { params, query: {} });
    return items.map(({ id }) => id);
  }

  async definition(name: string): Promise<Training> {
    const params = { projectId: this.projectId };
    const { items } = await this.seed.client.call(training.list, {
      params,
      query: { search: name }
    });
    return found(items, name);
  }

  private async service(): Promise<Service> {
    const params = { projectId: this.projectId };
    const { items } = await this.seed.client.call(serving.listServices, { params, query: {} });
    return found(items, 'sign-reader');
  }

  private async built(): Promise<PackageVersion> {
    const params = { projectId: this.projectId };
    const { items } = await this.seed.client.call(serving.listPackages, { params, query: {} });
    return found(
      found(items, 'sign-package').versions.map(one => ({ ...one, name: 'v1' })),
      'v1'
    );
  }

  private async spec(name = 'Dev Only'): Promise<string> {
    const { items } = await this.seed.client.call(operations.admin.listSpecs, { query: {} });
    return found(items, name).id;
  }
}

const active = ({ state }: TrainingRun): boolean =>
  ['pending', 'starting', 'running'].includes(state);

function found<T extends { readonly name: string }>(items: readonly T[], name: string): T {
  const item = items.find(candidate => candidate.name === name);
  if (!item) {
    throw new Error(`there is no ${name}`);
  }
  return item;
}
