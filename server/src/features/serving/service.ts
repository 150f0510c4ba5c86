import { and, count, eq, or, type SQL } from 'drizzle-orm';
import type { App } from '../../app.ts';
import { PlanError } from '../../compute/engine.ts';
import type { Database, Orm, Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { contains, keyset, type PageRequest } from '../../db/paging.ts';
import type { Role } from '../../gateway/index.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Resources } from '../../reconcile/owner.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { Use } from '../../uses.ts';
import { computeSpecDirectory } from '../admin/directory.ts';
import type { Builds } from './builds.ts';
import { serviceSpec } from './image.ts';
import { refuseOurs, type Packages } from './packages.ts';
import { situationOf } from './present.ts';
import type { Replicas } from './replicas.ts';
import {
  services,
  serviceVersions,
  type PackageVersionRow,
  type ServiceRow,
  type ServiceVersionRow
} from './table.ts';

/** What a person wants of a version in a service. */
export interface ServiceVersionInput {
  readonly packageVersionId: string;
  readonly specId: string;
  readonly replicas: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Who asks, for events and for what people read. */
export interface Asker {
  readonly userId: string;
  readonly name: string;
}

/** Gray's share of the requests where nobody says. */
const DEFAULT_SHARE = 0.1;

const byAge = {
  name: 'services',
  columns: [services.id],
  direction: 'descending' as const,
  keys: (row: ServiceRow) => [row.id]
};

const COLUMN = { production: 'productionId', gray: 'grayId' } as const;

/** Online services. Every change is one transaction with its event; the gateway follows after the commit. */
export class ServingService {
  readonly #app: App;
  readonly #db: Database;
  readonly #packages: Packages;
  readonly #builds: Builds;
  readonly #replicas: Replicas;
  readonly #reconciler: Reconciler;

  constructor(parts: {
    app: App;
    packages: Packages;
    builds: Builds;
    replicas: Replicas;
    reconciler: Reconciler;
  }) {
    this.#app = parts.app;
    this.#db = parts.app.db;
    this.#packages = parts.packages;
    this.#builds = parts.builds;
    this.#replicas = parts.replicas;
    this.#reconciler = parts.reconciler;
  }

  find(id: string, orm: Orm = this.#db.orm): ServiceRow | undefined {
    return orm.select().from(services).where(eq(services.id, id)).get();
  }

  /** @throws ProblemError `not-found` */
  get(id: string, orm: Orm = this.#db.orm): ServiceRow {
    const row = this.find(id, orm);
    if (!row) {
      throw new ProblemError('not-found', { kind: 'service' });
    }
    return row;
  }

  version(id: string | null, orm: Orm = this.#db.orm): ServiceVersionRow | undefined {
    return id === null
      ? undefined
      : orm.select().from(serviceVersions).where(eq(serviceVersions.id, id)).get();
  }

  /** @throws ProblemError `role-missing` */
  inRole(serviceId: string, role: Role, orm: Orm = this.#db.orm): ServiceVersionRow {
    const version = this.version(this.get(serviceId, orm)[COLUMN[role]], orm);
    if (!version) {
      throw new ProblemError('role-missing', { role });
    }
    return version;
  }

  list(
    projectId: string,
    query: PageRequest & { search?: string | undefined; createdBy?: string | undefined }
  ): { items: ServiceRow[]; next?: string; total: number } {
    const filters: (SQL | undefined)[] = [
      eq(services.projectId, projectId),
      contains(services.name, query.search),
      query.createdBy === undefined ? undefined : eq(services.createdBy, query.createdBy)
    ];
    const page = keyset(byAge, query);
    const rows = this.#db.orm
      .select()
      .from(services)
      .where(and(...filters, page.where))
      .orderBy(...page.orderBy)
      .limit(page.limit)
      .all();
    const total = this.#db.orm
      .select({ total: count() })
      .from(services)
      .where(and(...filters))
      .get();
    return page.page(rows, row => row, total?.total ?? 0);
  }

  count(projectId: string): number {
    const row = this.#db.orm
      .select({ total: count() })
      .from(services)
      .where(eq(services.projectId, projectId))
      .get();
    return row?.total ?? 0;
  }

  create(projectId: string, input: { name: string; details: string }, userId: string): ServiceRow {
    return this.#db.write(tx => {
      const taken = tx
        .select({ id: services.id })
        .from(services)
        .where(and(eq(services.projectId, projectId), eq(services.name, input.name)))
        .get();
      if (taken) {
        throw new ProblemError('name-taken', { name: input.name }, 'body.name');
      }
      const row = tx
        .insert(services)
        .values({ ...input, id: newId(), projectId, createdAt: Date.now(), createdBy: userId })
        .returning()
        .get();
      this.#replicas.emit(tx, 'created', row, userId, true);
      this.#replicas.applyLater(tx, row.id);
      return row;
    });
  }

  update(id: string, details: string, userId: string): ServiceRow {
    return this.#db.write(tx => {
      const row = tx.update(services).set({ details }).where(eq(services.id, id)).returning().get();
      this.#replicas.emit(tx, 'updated', row, userId);
      return row;
    });
  }

  /** @throws ProblemError `not-empty` while it has a version */
  delete(id: string, userId: string): void {
    this.#db.write(tx => {
      const row = this.get(id, tx);
      const versions = [row.productionId, row.grayId].filter(version => version !== null).length;
      if (versions > 0) {
        throw new ProblemError('not-empty', { count: versions, what: 'versions' });
      }
      tx.delete(services).where(eq(services.id, id)).run();
      this.#replicas.emit(tx, 'deleted', row, userId, true);
      this.#replicas.applyLater(tx, id);
    });
  }

  /** @throws ProblemError `role-taken`, `role-missing`, `not-built`, `never-fits` and what is wrong with a field */
  add(
    id: string,
    role: Role,
    input: ServiceVersionInput,
    asker: Asker,
    share: number = DEFAULT_SHARE
  ): ServiceRow {
    return this.#db.write(tx => {
      const service = this.get(id, tx);
      if (service[COLUMN[role]] !== null) {
        throw new ProblemError('role-taken', { role });
      }
      if (role === 'gray' && service.productionId === null) {
        throw new ProblemError('role-missing', { role: 'production' });
      }
      const row = this.#newVersion(tx, service, input, asker.userId);
      this.#replicas.request(tx, row);
      return this.#change(tx, service, asker, {
        [COLUMN[role]]: row.id,
        ...(role === 'gray' ? { grayShare: share } : {})
      });
    });
  }

  /** @throws ProblemError `role-missing`, `gray-present` */
  remove(id: string, role: Role, asker: Asker): ServiceRow {
    return this.#db.write(tx => {
      const service = this.get(id, tx);
      const version = this.inRole(id, role, tx);
      if (role === 'production' && service.grayId !== null) {
        throw new ProblemError('gray-present');
      }
      tx.update(serviceVersions)
        .set({ removedAt: Date.now(), removedBy: asker.name })
        .where(eq(serviceVersions.id, version.id))
        .run();
      const after = this.#change(tx, service, asker, {
        [COLUMN[role]]: null,
        ...(role === 'gray' ? { grayShare: 0 } : {})
      });
      this.#replicas.retireLater(tx, version.id);
      return after;
    });
  }

  /** @throws ProblemError `role-missing`, `never-fits` */
  setReplicas(id: string, role: Role, replicas: number, asker: Asker): ServiceRow {
    return this.#db.write(tx => {
      const service = this.get(id, tx);
      const version = this.inRole(id, role, tx);
      if (version.replicas === replicas) {
        return service;
      }
      tx.update(serviceVersions).set({ replicas }).where(eq(serviceVersions.id, version.id)).run();
      const after = this.#change(tx, service, asker, {});
      this.#replicas.resizeLater(tx, version.id, replicas);
      return after;
    });
  }

  /** @throws ProblemError `role-missing` */
  setShare(id: string, share: number, asker: Asker): ServiceRow {
    return this.#db.write(tx => {
      this.inRole(id, 'gray', tx);
      return this.#change(tx, this.get(id, tx), asker, { grayShare: share });
    });
  }

  /**
   * Exchanges gray and production; the share stays with the gray role.
   *
   * @param revision of the service as the caller saw it
   * @throws ProblemError `changed-since`, `role-missing`, `wrong-state` where gray could take no request
   */
  swap(id: string, revision: number | undefined, asker: Asker): ServiceRow {
    return this.#db.write(tx => {
      const service = this.get(id, tx);
      if (revision !== undefined && revision !== service.revision) {
        throw new ProblemError('changed-since');
      }
      const production = this.inRole(id, 'production', tx);
      const gray = this.inRole(id, 'gray', tx);
      const { available, state } = situationOf(gray, this.#replicas.latest(gray.id));
      if (available === 0) {
        throw new ProblemError('wrong-state', { state });
      }
      return this.#change(tx, service, asker, { productionId: gray.id, grayId: production.id });
    });
  }

  usesOfPackageVersion(packageVersionId: string): Use[] {
    return this.#uses(eq(serviceVersions.packageVersionId, packageVersionId));
  }

  usesOfSpec(specId: string): Use[] {
    return this.#uses(eq(serviceVersions.specId, specId));
  }

  usesOfProject(projectId: string): Use[] {
    const rows = this.#db.orm
      .select({ name: services.name })
      .from(services)
      .where(eq(services.projectId, projectId))
      .all();
    return [
      ...rows.map(({ name }) => ({ kind: 'service', name })),
      ...this.#uses(eq(serviceVersions.projectId, projectId))
    ];
  }

  /** The service that has a version in a role; nothing for one that was removed. */
  ofVersion(versionId: string): ServiceRow | undefined {
    return this.#db.orm
      .select()
      .from(services)
      .where(or(eq(services.productionId, versionId), eq(services.grayId, versionId)))
      .get();
  }

  #uses(where: SQL): Use[] {
    return this.#db.orm
      .selectDistinct({ name: serviceVersions.serviceName })
      .from(serviceVersions)
      .where(where)
      .all()
      .map(({ name }) => ({ kind: 'service', name }));
  }

  #change(
    tx: Transaction,
    service: ServiceRow,
    asker: Asker,
    change: Partial<ServiceRow>
  ): ServiceRow {
    const row = tx
      .update(services)
      .set({ ...change, revision: service.revision + 1 })
      .where(eq(services.id, service.id))
      .returning()
      .get();
    this.#replicas.emit(tx, 'updated', row, asker.userId, true);
    this.#replicas.applyLater(tx, row.id);
    return row;
  }

  #newVersion(
    tx: Transaction,
    service: ServiceRow,
    input: ServiceVersionInput,
    userId: string
  ): ServiceVersionRow {
    const { projectId } = service;
    const image = this.#packages.findVersion(input.packageVersionId, tx);
    if (!image || image.projectId !== projectId) {
      throw new ProblemError('not-found', { kind: 'package-version' }, 'body.packageVersionId');
    }
    if (image.bytes === null) {
      const { name } = this.#packages.get(image.packageId, tx);
      const params = { name, number: image.number };
      throw new ProblemError('not-built', params, 'body.packageVersionId');
    }
    const spec = this.#app.services.get(computeSpecDirectory).find(input.specId);
    if (!spec) {
      throw new ProblemError('not-found', { kind: 'compute-spec' }, 'body.specId');
    }
    refuseOurs(input.environment);
    const { cpu, memoryBytes, cards, cardResource } = spec;
    const resources: Resources = { cpu, memoryBytes, cards, cardResource };
    const [short] = this.#reconciler.admission.neverFits(projectId, input.replicas, resources);
    if (short) {
      const { resource, requested, limit } = short;
      throw new ProblemError('never-fits', { resource, requested, limit }, 'body.specId');
    }
    const row = {
      id: newId(),
      serviceId: service.id,
      serviceName: service.name,
      projectId,
      packageVersionId: image.id,
      specId: spec.id,
      specName: spec.name,
      resources,
      replicas: input.replicas,
      environment: { ...input.environment },
      attempt: 0,
      createdAt: Date.now(),
      createdBy: userId
    };
    this.#requireRunnable(image, row);
    return tx.insert(serviceVersions).values(row).returning().get();
  }

  /** Refuses what the engine here could not run, before anything is made. */
  #requireRunnable(
    image: PackageVersionRow,
    version: Parameters<typeof serviceSpec>[2] & { replicas: number }
  ): void {
    const spec = serviceSpec(this.#builds.root(image.id), image, version, version.replicas);
    try {
      this.#app.compute.plan(spec, { id: 'check', directory: '/check' });
    } catch (error) {
      throw error instanceof PlanError ? problemOf(error) : error;
    }
  }
}

function problemOf(error: PlanError): ProblemError {
  const name = error.field.startsWith('env.') ? error.field.slice('env.'.length) : undefined;
  if (error.code === 'env_reserved' && name !== undefined) {
    return new ProblemError('variable-reserved', { name }, `body.environment.${name}`);
  }
  if (error.code === 'program_missing') {
    return new ProblemError('unavailable', { detail: error.message });
  }
  const field = name === undefined ? 'body.packageVersionId' : `body.environment.${name}`;
  return new ProblemError('invalid', {}, field, {
    fields: [{ field, code: 'rule.format', params: {} }]
  });
}
