import { eq } from 'drizzle-orm';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../../app.ts';
import type { Transaction } from '../../db/database.ts';
import { makeReadable, removeTree } from '../../files/reclaim.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Prepared, WorkloadOwner } from '../../reconcile/owner.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { isEnded } from '../../reconcile/states.ts';
import { store } from '../../reconcile/store.ts';
import type { Workload } from '../../reconcile/table.ts';
import { algorithmSets, modelSets } from '../../sets/service.ts';
import { Tree } from '../../sets/tree.ts';
import {
  BUILD_RESOURCES,
  buildSpec,
  GRACE_MS,
  imageParts,
  startImage,
  writeBuild
} from './image.ts';
import type { Packages } from './packages.ts';
import { fetchWheels } from './requirements.ts';
import { packageVersions, type PackageVersionRow } from './table.ts';

const KIND = 'package-version';

/**
 * Builds versions of packages. An image is a directory: a layer with the Python packages and what the
 * person's own commands put there, and its own copies of models and algorithms, which share their
 * bytes with the sets that they came from and outlive them.
 */
export class Builds implements WorkloadOwner {
  readonly kind = KIND;
  readonly #app: App;
  readonly #packages: Packages;
  readonly #reconciler: Reconciler;

  constructor(app: App, packages: Packages, reconciler: Reconciler) {
    this.#app = app;
    this.#packages = packages;
    this.#reconciler = reconciler;
  }

  /** The newest build of a version. */
  latest(versionId: string): Workload | undefined {
    return store.latest(this.#app.db.orm, KIND, versionId);
  }

  attempts(versionId: string): Workload[] {
    return store.attempts(this.#app.db.orm, KIND, versionId);
  }

  /** The directory of a version's image. */
  root(versionId: string): string {
    return this.#app.files.path('images', versionId);
  }

  /** Clears away images and logs of versions that are gone. */
  async start(): Promise<void> {
    const known = this.#packages.versionIds();
    for (const name of await readdir(this.#app.files.path('images'))) {
      if (!known.has(name)) {
        await removeTree(this.#app.files.path('images', name));
      }
    }
  }

  /** @throws ProblemError `wrong-state` where it is built, or is being built */
  request(tx: Transaction, version: PackageVersionRow, userId: string): PackageVersionRow {
    const last = store.latest(tx, KIND, version.id);
    if (version.bytes !== null || (last && last.settledAt === null)) {
      throw new ProblemError('wrong-state', {
        state: version.bytes === null ? 'building' : 'completed'
      });
    }
    const attempt = version.attempt + 1;
    const after = tx
      .update(packageVersions)
      .set({ attempt })
      .where(eq(packageVersions.id, version.id))
      .returning()
      .get();
    this.#reconciler.request(tx, {
      kind: KIND,
      ownerId: version.id,
      attempt,
      projectId: version.projectId,
      name: this.#packages.nameOf(version, tx),
      nodes: 1,
      resources: BUILD_RESOURCES,
      counted: false,
      graceMs: GRACE_MS,
      createdBy: userId
    });
    return after;
  }

  /** @throws ProblemError `wrong-state` where nothing is being built */
  stop(tx: Transaction, version: PackageVersionRow, by: string): void {
    const last = store.latest(tx, KIND, version.id);
    if (!last || isEnded(last.state)) {
      const state = version.bytes === null ? (last?.state ?? 'pending') : 'completed';
      throw new ProblemError('wrong-state', { state });
    }
    this.#reconciler.stop(tx, last.id, by);
  }

  /** @throws ProblemError `wrong-state` while it is being built, `still-used` */
  delete(version: PackageVersionRow, userId: string): void {
    this.#app.db.write(tx => {
      this.#app.uses.refuseUsed(KIND, version.id);
      const last = store.latest(tx, KIND, version.id);
      if (last && last.settledAt === null) {
        throw new ProblemError('wrong-state', { state: 'building' });
      }
      this.#packages.emitVersion(tx, 'deleted', version, userId);
      this.#reconciler.forget(tx, KIND, version.id);
      tx.delete(packageVersions).where(eq(packageVersions.id, version.id)).run();
      tx.afterCommit(() => void this.#remove(version.id));
    });
  }

  async prepare(workload: Workload, signal: AbortSignal): Promise<Prepared> {
    const version = this.#packages.getVersion(workload.ownerId);
    const root = this.root(version.id);
    await startImage(root);
    const parts = imageParts(root);
    const { services } = this.#app;
    for (const { versionId } of version.models) {
      await services.get(modelSets).contents.snapshot(versionId, parts.set('model', versionId));
    }
    for (const { versionId } of version.algorithms) {
      const { contents } = services.get(algorithmSets);
      await contents.snapshot(versionId, parts.set('algorithm', versionId));
    }
    signal.throwIfAborted();
    const { capabilities } = await this.#app.compute.check();
    const network = capabilities.egress ? 'egress' : 'none';
    const fetched =
      network === 'egress' || version.requirements.length === 0
        ? 0
        : await fetchWheels(
            this.#app.options.python ?? 'python3',
            version.requirements,
            parts.wheels,
            parts.log,
            signal
          );
    await writeBuild(root, version.setupCommand, network, fetched);
    const directory = this.#app.files.path('runs', version.id, String(workload.attempt));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { spec: buildSpec(root, version, network), directory };
  }

  changed(tx: Transaction, workload: Workload, before: Workload | null): void {
    const version = this.#packages.findVersion(workload.ownerId, tx);
    const same =
      before?.state === workload.state &&
      before.reason === workload.reason &&
      before.settledAt === workload.settledAt;
    if (version && !same) {
      this.#packages.emitVersion(tx, 'updated', version, workload.createdBy);
    }
  }

  /** Keeps the image of a build that went well, and removes every other. */
  async settle(workload: Workload): Promise<void> {
    const root = this.root(workload.ownerId);
    if (workload.state !== 'completed') {
      await removeTree(root);
      return;
    }
    await removeTree(imageParts(root).build);
    await makeReadable(root);
    const { bytes } = await new Tree(root, join(root, 'build')).measure();
    this.#app.db.write(tx => {
      tx.update(packageVersions)
        .set({ bytes })
        .where(eq(packageVersions.id, workload.ownerId))
        .run();
    });
  }

  async #remove(versionId: string): Promise<void> {
    const { files, log } = this.#app;
    try {
      await removeTree(this.root(versionId));
      await removeTree(files.path('runs', versionId));
    } catch (error) {
      log.error({ err: error, version: versionId }, 'an image could not be removed');
    }
  }
}
