import { operations, type Dataset, type DatasetVersion, type Import } from '@topsdl/contract';
import { pack } from '../support/archives.ts';
import { createVersion, uploadBytes } from '../support/datasets.ts';
import { picture } from '../support/pictures.ts';
import type { Stage } from '../support/stage.ts';
import type { Claims, Work } from './work.ts';

const { datasets, labeling, tasks } = operations;
const IMAGES = 500;
const CLASSES = 7;

/** Imports of an archive of images, each into a dataset of its own. */
export class Importing implements Work {
  readonly #stage: Stage;
  readonly #claims: Claims;
  readonly #archive: Buffer;
  #current: { dataset: Dataset; version: DatasetVersion; begun: Import } | undefined;
  #count = 0;

  static async prepare(stage: Stage, claims: Claims): Promise<Importing> {
    const entries = await Promise.all(
      Array.from({ length: IMAGES }, async (_, i) => ({
        path: `set/${i % CLASSES}/${i}.png`,
        content: await picture(i, { format: 'png', width: 48, height: 48 })
      }))
    );
    return new Importing(stage, claims, pack('zip', entries));
  }

  private constructor(stage: Stage, claims: Claims, archive: Buffer) {
    this.#stage = stage;
    this.#claims = claims;
    this.#archive = archive;
  }

  async begin(): Promise<void> {
    if (this.#current && (await this.#task()).endedAt !== null) {
      await this.finish();
    }
    if (!this.#current) {
      const { owner, projectId } = this.#stage;
      const made = await createVersion(owner, projectId, `import ${++this.#count}`);
      const uploadId = await uploadBytes(owner, projectId, 'set.zip', this.#archive);
      const begun = await owner.call(datasets.startImport, {
        params: { versionId: made.version.id },
        body: { uploadIds: [uploadId] }
      });
      this.#current = { ...made, begun };
    }
  }

  async check(): Promise<void> {
    if (this.#current) {
      const { counts } = await this.#version();
      this.#claims.oneOf('an import is whole or gone', counts.total, [0, IMAGES]);
      const listed = await this.#stage.owner.call(datasets.listImages, {
        params: { versionId: this.#current.version.id },
        query: { limit: 1 }
      });
      this.#claims.oneOf('nothing half imported is listed', listed.total, [0, IMAGES]);
    }
  }

  async finish(): Promise<void> {
    if (!this.#current) {
      return;
    }
    const { owner } = this.#stage;
    const { dataset, version, begun } = this.#current;
    const task = await this.#stage.watch(
      () => this.#task(),
      ({ endedAt }) => endedAt !== null
    );
    this.#claims.is('an import ends', [task.state, task.problem], ['completed', null]);
    const whole = { total: IMAGES, unlabeled: 0, labeled: IMAGES, cleaned: 0 };
    this.#claims.is('an import is whole', (await this.#version()).counts, whole);
    const { items } = await owner.call(labeling.listLabels, { params: { versionId: version.id } });
    const labeled = items.reduce((sum, label) => sum + label.imageCount, 0);
    this.#claims.is('each image has its label once', [items.length, labeled], [CLASSES, IMAGES]);
    const { counts } = await owner.call(datasets.getImport, { params: { importId: begun.id } });
    this.#claims.is(
      'the report counts every image once',
      [counts.taken, counts.duplicates, counts.refused],
      [IMAGES, 0, 0]
    );
    await owner.call(datasets.deleteVersion, { params: { versionId: version.id } });
    await owner.call(datasets.delete, { params: { datasetId: dataset.id } });
    this.#current = undefined;
  }

  #task() {
    return this.#stage.owner.call(tasks.get, { params: { taskId: this.#current!.begun.task.id } });
  }

  #version() {
    return this.#stage.owner.call(datasets.getVersion, {
      params: { versionId: this.#current!.version.id }
    });
  }
}
