import {
  operations,
  type Language,
  type Package,
  type PackageVersion,
  type Service,
  type ServiceVersion
} from '@topsdl/contract';
import type { App } from '../../app.ts';
import type { Gateway } from '../../gateway/index.ts';
import { ProblemError } from '../../http/problem.ts';
import { parsePosition, readLog } from '../../reconcile/logs.ts';
import type { Builds } from './builds.ts';
import type { Packages } from './packages.ts';
import {
  presentPackage,
  presentPackageVersion,
  presentService,
  presentServiceVersion
} from './present.ts';
import type { Replicas } from './replicas.ts';
import type { ServingService } from './service.ts';
import { buildLog, DEFAULT_MINUTES, metricsOf, replicaLog } from './streams.ts';
import type { PackageRow, PackageVersionRow, ServiceRow } from './table.ts';
import { mapPage } from '../../db/rows.ts';

const { serving } = operations;

/** Versions that a package shows in a list. */
const NEWEST = 5;
const DEFAULT_PORT = 8080;

export interface ServingRoutes {
  readonly app: App;
  readonly gateway: Gateway;
  readonly packages: Packages;
  readonly builds: Builds;
  readonly replicas: Replicas;
  readonly service: ServingService;
}

/** Model packages and online services. */
export function registerRoutes(parts: ServingRoutes): void {
  registerPackages(parts);
  registerVersions(parts);
  registerServices(parts);
  registerRoles(parts);
}

function presenters({ app, packages, builds, replicas, service }: ServingRoutes) {
  const userRef = (id: string | null) => app.access.userRef(id);
  const version = (row: PackageVersionRow, language: Language): PackageVersion =>
    presentPackageVersion(row, builds.latest(row.id), userRef, language);
  const inRole = (id: string | null, language: Language): ServiceVersion | null => {
    const row = service.version(id);
    if (!row) {
      return null;
    }
    const image = packages.getVersion(row.packageVersionId);
    const { name } = packages.get(image.packageId);
    const { number } = image;
    return presentServiceVersion(row, { name, number }, replicas.latest(row.id), language);
  };
  return {
    version,
    package: (row: PackageRow, language: Language): Package =>
      presentPackage(
        row,
        packages.countVersions(row.id),
        packages.newest(row.id, NEWEST).map(item => version(item, language)),
        userRef
      ),
    service: (row: ServiceRow, language: Language): Service =>
      presentService(row, inRole(row.productionId, language), inRole(row.grayId, language), userRef)
  };
}

function registerPackages(parts: ServingRoutes): void {
  const { app, packages } = parts;
  const { api } = app;
  const present = presenters(parts);

  api.implement(serving.listPackages, ({ params, query, caller, language }) => {
    const { mine, ...rest } = query;
    const createdBy = mine ? caller.userId : undefined;
    const page = packages.list(params.projectId, { ...rest, createdBy });
    return mapPage(page, row => present.package(row, language));
  });
  api.implement(serving.createPackage, ({ params, body, caller, language }) => {
    const { name, scenario, details = '' } = body;
    const row = packages.create(params.projectId, { name, scenario, details }, caller.userId);
    return present.package(row, language);
  });
  api.implement(serving.getPackage, ({ params, language }) =>
    present.package(packages.get(params.packageId), language)
  );
  api.implement(serving.updatePackage, ({ params, body, caller, language }) =>
    present.package(packages.update(params.packageId, body.details, caller.userId), language)
  );
  api.implement(serving.deletePackage, ({ params, caller }) =>
    packages.delete(params.packageId, caller.userId)
  );
}

function registerVersions(parts: ServingRoutes): void {
  const { app, packages, builds } = parts;
  const { api, db } = app;
  const present = presenters(parts);

  api.implement(serving.listPackageVersions, ({ params, query, language }) => {
    const page = packages.listVersions(params.packageId, query);
    return mapPage(page, row => present.version(row, language));
  });
  api.implement(serving.createPackageVersion, ({ params, body, caller, language }) => {
    const row = db.write(tx => {
      const added = packages.addVersion(
        tx,
        params.packageId,
        {
          modelVersionIds: body.modelVersionIds,
          algorithmVersionIds: body.algorithmVersionIds ?? [],
          port: body.port ?? DEFAULT_PORT,
          arguments: body.arguments,
          requirements: body.requirements ?? [],
          environment: body.environment ?? {},
          setupCommand: body.setupCommand ?? ''
        },
        caller.userId
      );
      return body.build ? builds.request(tx, added, caller.userId) : added;
    });
    return present.version(row, language);
  });
  api.implement(serving.getPackageVersion, ({ params, language }) =>
    present.version(packages.getVersion(params.packageVersionId), language)
  );
  api.implement(serving.deletePackageVersion, ({ params, caller }) =>
    builds.delete(packages.getVersion(params.packageVersionId), caller.userId)
  );
  api.implement(serving.build, ({ params, caller, language }) => {
    const row = db.write(tx =>
      builds.request(tx, packages.getVersion(params.packageVersionId, tx), caller.userId)
    );
    return present.version(row, language);
  });
  api.implement(serving.stopBuild, ({ params, caller, language }) => {
    const row = db.write(tx => {
      const version = packages.getVersion(params.packageVersionId, tx);
      builds.stop(tx, version, caller.name);
      return version;
    });
    return present.version(row, language);
  });
  api.implement(serving.buildLog, ({ params, query }) => {
    requirePosition(query.from);
    return readLog(app.compute, buildLog(builds, params.packageVersionId), query);
  });
}

function registerServices(parts: ServingRoutes): void {
  const { app, gateway, service } = parts;
  const { api } = app;
  const present = presenters(parts);

  api.implement(serving.listServices, ({ params, query, caller, language }) => {
    const { mine, ...rest } = query;
    const createdBy = mine ? caller.userId : undefined;
    const page = service.list(params.projectId, { ...rest, createdBy });
    return mapPage(page, row => present.service(row, language));
  });
  api.implement(serving.createService, ({ params, body, caller, language }) => {
    const { name, details = '' } = body;
    const row = service.create(params.projectId, { name, details }, caller.userId);
    return present.service(row, language);
  });
  api.implement(serving.getService, ({ params, language }) =>
    present.service(service.get(params.serviceId), language)
  );
  api.implement(serving.updateService, ({ params, body, caller, language }) =>
    present.service(service.update(params.serviceId, body.details, caller.userId), language)
  );
  api.implement(serving.deleteService, ({ params, caller }) =>
    service.delete(params.serviceId, caller.userId)
  );
  api.implement(serving.metrics, ({ params, query }) =>
    metricsOf(gateway, params.serviceId, query.minutes ?? DEFAULT_MINUTES)
  );
}

function registerRoles(parts: ServingRoutes): void {
  const { app, replicas, service } = parts;
  const { api } = app;
  const present = presenters(parts);

  api.implement(serving.addProduction, ({ params, body, caller, language }) => {
    const input = { ...body, environment: body.environment ?? {} };
    return present.service(service.add(params.serviceId, 'production', input, caller), language);
  });
  api.implement(serving.addGray, ({ params, body, caller, language }) => {
    const { share, ...rest } = body;
    const input = { ...rest, environment: rest.environment ?? {} };
    return present.service(service.add(params.serviceId, 'gray', input, caller, share), language);
  });
  api.implement(serving.removeProduction, ({ params, caller, language }) =>
    present.service(service.remove(params.serviceId, 'production', caller), language)
  );
  api.implement(serving.removeGray, ({ params, caller, language }) =>
    present.service(service.remove(params.serviceId, 'gray', caller), language)
  );
  api.implement(serving.setReplicas, ({ params, body, caller, language }) => {
    const { serviceId, role } = params;
    return present.service(service.setReplicas(serviceId, role, body.replicas, caller), language);
  });
  api.implement(serving.setShare, ({ params, body, caller, language }) =>
    present.service(service.setShare(params.serviceId, body.share, caller), language)
  );
  api.implement(serving.swap, ({ params, body, caller, language }) =>
    present.service(service.swap(params.serviceId, body.revision, caller), language)
  );
  api.implement(serving.logs, ({ params, query }) => {
    requirePosition(query.from);
    const { id } = service.inRole(params.serviceId, params.role);
    return readLog(app.compute, replicaLog(replicas, id), query);
  });
}

/** @throws ProblemError `bad-cursor` for a position that no log gave out */
function requirePosition(from: string | undefined): void {
  if (from !== undefined && !parsePosition(from)) {
    throw new ProblemError('bad-cursor', {}, 'query.from');
  }
}
