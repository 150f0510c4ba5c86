import { and, eq, type SQL } from 'drizzle-orm';
import type { Page } from '@topsdl/contract';
import type { App } from '../../app.ts';
import type { Database, Orm, Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { contains, namedOrdering, type NamedRequest } from '../../db/paging.ts';
import { countRows, listRows, requireFreeName } from '../../db/rows.ts';
import type { Role } from '../../gateway/index.ts';
import { ProblemError } from '../../http/problem.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { Use } from '../../uses.ts';
import type { Builds } from './builds.ts';
import type { Packages } from './packages.ts';
import { situationOf } from './present.ts';
import type { Replicas } from './replicas.ts';
import { addServiceVersion, type ServiceVersionInput } from './service-version.ts';
import { services, serviceVersions, type ServiceRow, type ServiceVersionRow } from './table.ts';

/** Who asks, for events and for what people read. */
export interface Asker {
  readonly userId: string;
  readonly name: string;
}

/** Gray's share of the requests where nobody says. */
const DEFAULT_SHARE = 0.1;

const COLUMN = { production: 'productionId', gray: 'grayId' } as const;

/** What services stand on. */
export interface ServingParts {
  readonly app: App;
  readonly packages: Packages;
  readonly builds: Builds;
  readonly replicas: Replicas;
  readonly reconciler: Reconciler;
}

/** Online services. Every change is one transaction with its event; the gateway follows after the commit. */
export class ServingService {
  readonly #parts: ServingParts;
  readonly #db: Database;
  readonly #replicas: Replicas;

  constructor(parts: ServingParts) {
    this.#parts = parts;
    this.#db = parts.app.db;
    this.#replicas = parts.replicas;
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

  list(projectId: string, query: NamedRequest): Page<ServiceRow> {
    const filter = and(
      eq(services.projectId, projectId),
      contains(services.name, query.search),
      query.createdBy === undefined ? undefined : eq(services.createdBy, query.createdBy)
    );
    const ordering = namedOrdering('services', services, query);
    return listRows(this.#db.orm, services, ordering, filter, query);
  }

  count(projectId: string): number {
    return countRows(this.#db.orm, services, eq(services.projectId, projectId));
  }

  create(projectId: string, input: { name: string; details: string }, userId: string): ServiceRow {
    return this.#db.write(tx => {
      requireFreeName(tx, services, input.name, eq(services.projectId, projectId));
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
      const row = addServiceVersion(this.#parts, tx, service, input, asker.userId);
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
}
