import { eq, isNotNull, isNull } from 'drizzle-orm';
import { mkdir } from 'node:fs/promises';
import type { App } from '../../app.ts';
import type { Endpoint, ServiceRoute } from '../../compute/engine.ts';
import type { Transaction } from '../../db/database.ts';
import { removeTree } from '../../files/reclaim.ts';
import type { BackendRow, Gateway, RouteTable, VersionRow } from '../../gateway/index.ts';
import type { Prepared, Shown, WorkloadOwner } from '../../reconcile/owner.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { isEnded, isHolding } from '../../reconcile/states.ts';
import { store } from '../../reconcile/store.ts';
import type { Workload } from '../../reconcile/table.ts';
import type { Builds } from './builds.ts';
import { GRACE_MS, serviceSpec } from './image.ts';
import { Outside } from './outside.ts';
import type { Packages } from './packages.ts';
import { services, serviceVersions, type ServiceRow, type ServiceVersionRow } from './table.ts';

const KIND = 'service';
/** How long the last requests to a replica may take before it is ended all the same. */
const DRAIN_MS = 60_000;
/** Ends that were not the service's own doing: it is started anew. */
const BLAMELESS = new Set(['supervisor-died', 'machine-restarted', 'run-lost']);

/**
 * Keeps the replicas of services and the gateway's tables in step with the rows. The rows say what is
 * wanted; a table follows from them and from what the engine says of the replicas, and is applied
 * after the commit that changed either. A replica is ended only after its last request.
 */
export class Replicas implements WorkloadOwner {
  readonly kind = KIND;
  readonly #app: App;
  readonly #gateway: Gateway;
  readonly #packages: Packages;
  readonly #builds: Builds;
  readonly #reconciler: Reconciler;
  readonly #outside: Outside;

  constructor(parts: {
    app: App;
    gateway: Gateway;
    packages: Packages;
    builds: Builds;
    reconciler: Reconciler;
  }) {
    this.#app = parts.app;
    this.#gateway = parts.gateway;
    this.#packages = parts.packages;
    this.#builds = parts.builds;
    this.#reconciler = parts.reconciler;
    this.#outside = new Outside(parts.app.compute, () => this.#routes(), parts.app.log);
  }

  latest(versionId: string): Workload | undefined {
    return store.latest(this.#app.db.orm, KIND, versionId);
  }

  attempts(versionId: string): Workload[] {
    return store.attempts(this.#app.db.orm, KIND, versionId);
  }

  /** Brings everything to what the rows say, after the reconciler has looked at what runs. */
  start(): void {
    const { db } = this.#app;
    for (const service of db.orm.select().from(services).all()) {
      this.#apply(service);
    }
    void this.#outside.tell();
    const wanted = db.orm.select().from(serviceVersions).where(isNull(serviceVersions.removedAt));
    for (const version of wanted.all()) {
      const workload = this.latest(version.id);
      if (!workload || isEnded(workload.state)) {
        db.write(tx => this.request(tx, version));
      } else if (workload.nodes !== version.replicas) {
        this.#resize(version.id);
      }
    }
    const removed = db.orm
      .select()
      .from(serviceVersions)
      .where(isNotNull(serviceVersions.removedAt));
    for (const version of removed.all()) {
      // No request can be under way: those there were ended with the process before this one.
      this.#end(version.id);
    }
  }

  /** Asks for the workload of a version, in the transaction that makes or restarts it. */
  request(tx: Transaction, version: ServiceVersionRow): void {
    const attempt = version.attempt + 1;
    tx.update(serviceVersions).set({ attempt }).where(eq(serviceVersions.id, version.id)).run();
    this.#reconciler.request(tx, {
      kind: KIND,
      ownerId: version.id,
      attempt,
      projectId: version.projectId,
      name: version.serviceName,
      nodes: version.replicas,
      resources: version.resources,
      counted: true,
      graceMs: GRACE_MS,
      createdBy: version.createdBy
    });
  }

  /** Applies the table of a service once the transaction is committed. */
  applyLater(tx: Transaction, serviceId: string): void {
    tx.afterCommit(() => {
      const service = this.#service(serviceId);
      if (service) {
        this.#apply(service);
      } else {
        this.#gateway.remove(serviceId);
      }
      void this.#outside.tell();
    });
  }

  /** Ends a version that is in no role any more, once its last request has ended. */
  retireLater(tx: Transaction, versionId: string): void {
    tx.afterCommit(() => void this.#retire(versionId));
  }

  /** Brings the workload to the replicas that the row wants; those that go first end their requests. */
  resizeLater(tx: Transaction, versionId: string, replicas: number): void {
    const workload = store.latest(tx, KIND, versionId);
    if (!workload || isEnded(workload.state)) {
      return;
    }
    if (replicas >= workload.nodes || workload.handle === null) {
      this.#reconciler.resize(tx, workload.id, replicas);
    } else {
      tx.afterCommit(() => void this.#shrink(versionId, replicas, workload));
    }
  }

  async prepare(workload: Workload): Promise<Prepared> {
    const version = this.#version(workload.ownerId);
    if (!version) {
      throw new Error('the version of the service is gone');
    }
    const image = this.#packages.getVersion(version.packageVersionId);
    const directory = this.#app.files.path('runs', version.id, String(workload.attempt));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return {
      spec: serviceSpec(this.#builds.root(image.id), image, version, workload.nodes),
      directory
    };
  }

  shownAs(versionId: string): Shown | undefined {
    const version = this.#version(versionId);
    const service = version && this.#service(version.serviceId);
    return (
      service && {
        subjectId: service.id,
        // One that was removed and ends still has none.
        role:
          service.productionId === versionId
            ? 'production'
            : service.grayId === versionId
              ? 'gray'
              : null
      }
    );
  }

  changed(tx: Transaction, workload: Workload, before: Workload | null): void {
    const version = tx
      .select()
      .from(serviceVersions)
      .where(eq(serviceVersions.id, workload.ownerId))
      .get();
    if (!version) {
      return;
    }
    const service = this.#service(version.serviceId, tx);
    if (service) {
      this.emit(tx, 'updated', service, null);
      this.applyLater(tx, service.id);
    }
    const ended = isEnded(workload.state) && (before === null || !isEnded(before.state));
    if (version.removedAt !== null) {
      if (workload.settledAt !== null) {
        this.#forget(tx, version.id);
      }
    } else if (ended && workload.startedAt !== null && BLAMELESS.has(workload.reason?.code ?? '')) {
      this.request(tx, version);
    }
  }

  emit(
    tx: Transaction,
    type: 'created' | 'updated' | 'deleted',
    service: ServiceRow,
    userId: string | null,
    /** Whether people read of it among the project's activity. */
    told = false
  ): void {
    tx.emit({
      type,
      kind: 'service',
      id: service.id,
      projectId: service.projectId,
      byUserId: userId,
      ...(told ? { name: service.name } : {})
    });
  }

  /** Lets go of the engine. */
  close(): void {
    this.#outside.close();
  }

  #apply(service: ServiceRow): void {
    this.#gateway.apply(service.id, this.#table(service));
  }

  #table(service: ServiceRow): RouteTable {
    const production = this.#row(service.productionId);
    return {
      serviceId: service.id,
      production,
      gray: production && this.#row(service.grayId),
      grayShare: service.grayShare
    };
  }

  /** What the gateway's tables mean for one that knows shares only: one that takes no request is left out, for it may not be there yet. */
  #routes(): ServiceRoute[] {
    const { orm } = this.#app.db;
    return orm
      .select()
      .from(services)
      .all()
      .flatMap(service => {
        const { production, gray, grayShare } = this.#table(service);
        const share = gray?.backends.some(({ ready }) => ready) ? grayShare : 0;
        const versions = [...this.#shareOf(production, 1 - share), ...this.#shareOf(gray, share)];
        const { id, name, projectId } = service;
        return versions.length > 0 ? [{ id, name, projectId, versions }] : [];
      });
  }

  #shareOf(row: VersionRow | null, share: number): ServiceRoute['versions'] {
    const version = row && this.#version(row.versionId);
    const workload = version && this.latest(version.id);
    return share > 0 && version && workload?.handle && isHolding(workload.state)
      ? [{ handle: workload.handle, port: this.#port(version), share }]
      : [];
  }

  #port(version: ServiceVersionRow): number {
    return this.#packages.getVersion(version.packageVersionId).port;
  }

  /** A version with its replicas as the engine last told of them. */
  #row(versionId: string | null): VersionRow | null {
    const version = versionId === null ? undefined : this.#version(versionId);
    if (!version) {
      return null;
    }
    const workload = this.latest(version.id);
    if (!workload?.handle || !isHolding(workload.state)) {
      return { versionId: version.id, backends: [] };
    }
    const { handle } = workload;
    const backends = workload.observed
      .filter(({ index, state }) => index < version.replicas && state !== 'draining')
      .map(({ index, state }): BackendRow => ({
        ...this.#endpoint(handle, version, index),
        ready: state === 'ready' && workload.state !== 'stopping'
      }));
    return { versionId: version.id, backends };
  }

  #endpoint(
    handle: NonNullable<Workload['handle']>,
    version: ServiceVersionRow,
    index: number
  ): Endpoint {
    return this.#app.compute.endpoint(handle, this.#port(version), index);
  }

  async #retire(versionId: string): Promise<void> {
    await Promise.all([
      this.#gateway.drained(versionId, { abortAfterMs: DRAIN_MS }),
      this.#outside.tell()
    ]);
    this.#end(versionId);
  }

  #end(versionId: string): void {
    this.#app.db.write(tx => {
      const workload = store.latest(tx, KIND, versionId);
      const version = this.#version(versionId);
      if (workload && workload.settledAt === null) {
        this.#reconciler.stop(tx, workload.id, version?.removedBy ?? '');
      } else {
        this.#forget(tx, versionId);
      }
    });
  }

  async #shrink(versionId: string, replicas: number, workload: Workload): Promise<void> {
    const version = this.#version(versionId);
    const { handle } = workload;
    if (version && handle) {
      const leaving = Array.from({ length: workload.nodes - replicas }, (_, i) => replicas + i);
      await Promise.all(
        leaving.map(index =>
          this.#gateway.drained(versionId, {
            endpoint: this.#endpoint(handle, version, index),
            abortAfterMs: DRAIN_MS
          })
        )
      );
    }
    this.#resize(versionId);
  }

  /** Brings the workload to what the row wants now, which may have changed while requests ended. */
  #resize(versionId: string): void {
    this.#app.db.write(tx => {
      const version = this.#version(versionId);
      const workload = store.latest(tx, KIND, versionId);
      if (version && workload && version.replicas !== workload.nodes) {
        this.#reconciler.resize(tx, workload.id, version.replicas);
      }
    });
  }

  /** Removes what is left of a version that has ended. */
  #forget(tx: Transaction, versionId: string): void {
    this.#reconciler.forget(tx, KIND, versionId);
    tx.delete(serviceVersions).where(eq(serviceVersions.id, versionId)).run();
    tx.afterCommit(() => {
      removeTree(this.#app.files.path('runs', versionId)).catch((error: unknown) =>
        this.#app.log.error({ err: error, version: versionId }, 'logs could not be removed')
      );
    });
  }

  #service(serviceId: string, orm = this.#app.db.orm): ServiceRow | undefined {
    return orm.select().from(services).where(eq(services.id, serviceId)).get();
  }

  #version(versionId: string): ServiceVersionRow | undefined {
    return this.#app.db.orm
      .select()
      .from(serviceVersions)
      .where(eq(serviceVersions.id, versionId))
      .get();
  }
}
