import { z } from 'zod';
import { access, operation } from './operation.ts';
import { LogPage, LogQuery } from './logs.ts';
import { NamedPageQuery, page, PageQuery } from './page.ts';
import {
  Description,
  Environment,
  Id,
  Name,
  queryInteger,
  Scenario,
  text,
  Time,
  UserRef
} from './rules.ts';
import { MountRef, Reason } from './training.ts';

/** A Python requirement by name and version only, such as `pandas==1.4.0` or `numpy>=1.26,<3`. */
export const Requirement = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._-]+(?:,[A-Za-z0-9._-]+)*\])?(?:(?:==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!-]+(?:,(?:==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!-]+)*)?$/,
    { error: 'rule.requirement' }
  )
  .meta({ id: 'Requirement' });

export const PackageVersion = z
  .object({
    id: Id,
    packageId: Id,
    number: z.number().int(),
    state: z.enum(['pending', 'building', 'completed', 'failed', 'stopped']),
    reason: Reason.nullable(),
    models: z.array(MountRef),
    algorithms: z.array(MountRef),
    baseImage: z.literal('host'),
    port: z.number().int(),
    arguments: z.array(z.string()),
    requirements: z.array(Requirement),
    environment: Environment,
    setupCommand: z.string(),
    bytes: z.number().int().nullable(),
    createdAt: Time,
    startedAt: Time.nullable(),
    endedAt: Time.nullable(),
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'PackageVersion' });
export type PackageVersion = z.infer<typeof PackageVersion>;

export const Package = z
  .object({
    id: Id,
    projectId: Id,
    name: Name,
    scenario: Scenario,
    details: Description,
    versionCount: z.number().int(),
    versions: z.array(PackageVersion),
    createdAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'Package' });
export type Package = z.infer<typeof Package>;

export const ServiceVersion = z
  .object({
    id: Id,
    packageVersionId: Id,
    packageName: z.string(),
    packageNumber: z.number().int(),
    specId: Id,
    specName: z.string(),
    replicas: z.number().int(),
    available: z.number().int(),
    environment: Environment,
    /** `serving` only when all replicas are ready. */
    state: z.enum(['pending', 'starting', 'serving', 'degraded', 'failed']),
    reason: Reason.nullable(),
    createdAt: Time
  })
  .meta({ id: 'ServiceVersion' });
export type ServiceVersion = z.infer<typeof ServiceVersion>;

export const Service = z
  .object({
    id: Id,
    projectId: Id,
    name: Name,
    details: Description,
    /** Below the companion's address. */
    path: z.string(),
    production: ServiceVersion.nullable(),
    gray: ServiceVersion.nullable(),
    /** The gray version's share of the requests, 0–1. */
    grayShare: z.number(),
    /** Grows with every change of versions, split or replicas. */
    revision: z.number().int(),
    createdAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'Service' });
export type Service = z.infer<typeof Service>;

/** Figures of one role over time: parallel arrays, one entry per `stepSeconds`. */
export const RoleMetrics = z
  .object({
    requests: z.array(z.number()),
    errors: z.array(z.number()),
    p50Ms: z.array(z.number().nullable()),
    p99Ms: z.array(z.number().nullable())
  })
  .meta({ id: 'RoleMetrics' });

export const ServiceMetrics = z
  .object({
    stepSeconds: z.number().int(),
    from: Time,
    production: RoleMetrics,
    gray: RoleMetrics,
    totals: z.object({
      production: z.object({ requests: z.number().int(), errors: z.number().int() }),
      gray: z.object({ requests: z.number().int(), errors: z.number().int() })
    })
  })
  .meta({ id: 'ServiceMetrics' });
export type ServiceMetrics = z.infer<typeof ServiceMetrics>;

const Share = z.number().min(0).max(1);
const Replicas = z.number().int().min(1).max(32);

const ServiceVersionBody = z
  .object({
    packageVersionId: Id,
    specId: Id,
    replicas: Replicas,
    environment: Environment.optional()
  })
  .strict();

const read = access.read('platform', 'admin');
const write = access.write('platform', 'admin');
const ProjectParams = z.object({ projectId: Id });
const PackageParams = z.object({ packageId: Id });
const PackageVersionParams = z.object({ packageVersionId: Id });
const ServiceParams = z.object({ serviceId: Id });

export const serving = {
  listPackages: operation({
    id: 'serving.listPackages',
    method: 'GET',
    path: '/projects/{projectId}/packages',
    summary: 'Model packages with their newest versions.',
    access: read,
    params: ProjectParams,
    query: NamedPageQuery,
    response: page(Package)
  }),
  createPackage: operation({
    id: 'serving.createPackage',
    method: 'POST',
    path: '/projects/{projectId}/packages',
    summary: 'Add a model package.',
    access: write,
    params: ProjectParams,
    body: z.object({ name: Name, scenario: Scenario, details: Description.optional() }).strict(),
    response: Package,
    status: 201
  }),
  getPackage: operation({
    id: 'serving.getPackage',
    method: 'GET',
    path: '/packages/{packageId}',
    summary: 'One model package.',
    access: read,
    params: PackageParams,
    response: Package
  }),
  updatePackage: operation({
    id: 'serving.updatePackage',
    method: 'PATCH',
    path: '/packages/{packageId}',
    summary: 'Edit the details of a model package.',
    access: write,
    params: PackageParams,
    body: z.object({ details: Description }).strict(),
    response: Package
  }),
  deletePackage: operation({
    id: 'serving.deletePackage',
    method: 'DELETE',
    path: '/packages/{packageId}',
    summary: 'Delete a model package that has no versions.',
    access: write,
    params: PackageParams
  }),
  listPackageVersions: operation({
    id: 'serving.listPackageVersions',
    method: 'GET',
    path: '/packages/{packageId}/versions',
    summary: 'All versions, newest first.',
    access: read,
    params: PackageParams,
    query: PageQuery.pick({ cursor: true, limit: true }),
    response: page(PackageVersion)
  }),
  createPackageVersion: operation({
    id: 'serving.createPackageVersion',
    method: 'POST',
    path: '/packages/{packageId}/versions',
    summary: 'Add a version; it is built when asked to.',
    access: write,
    params: PackageParams,
    body: z
      .object({
        modelVersionIds: z.array(Id).min(1).max(20),
        algorithmVersionIds: z.array(Id).max(20).optional(),
        baseImage: z.literal('host').optional(),
        port: z.number().int().min(1).max(65535).optional(),
        arguments: z.array(text(0, 500)).min(1, { error: 'rule.required' }).max(100),
        requirements: z.array(Requirement).max(100).optional(),
        environment: Environment.optional(),
        setupCommand: text(0, 3000).optional(),
        /** Build at once. */
        build: z.boolean().optional()
      })
      .strict(),
    response: PackageVersion,
    status: 201
  }),
  getPackageVersion: operation({
    id: 'serving.getPackageVersion',
    method: 'GET',
    path: '/package-versions/{packageVersionId}',
    summary: 'One package version.',
    access: read,
    params: PackageVersionParams,
    response: PackageVersion
  }),
  deletePackageVersion: operation({
    id: 'serving.deletePackageVersion',
    method: 'DELETE',
    path: '/package-versions/{packageVersionId}',
    summary: 'Delete a version that no service uses.',
    access: write,
    params: PackageVersionParams
  }),
  build: operation({
    id: 'serving.build',
    method: 'POST',
    path: '/package-versions/{packageVersionId}/build',
    summary: 'Build a version.',
    access: write,
    params: PackageVersionParams,
    response: PackageVersion,
    status: 202
  }),
  stopBuild: operation({
    id: 'serving.stopBuild',
    method: 'POST',
    path: '/package-versions/{packageVersionId}/stop',
    summary: 'Stop a pending or running build.',
    access: write,
    params: PackageVersionParams,
    response: PackageVersion,
    status: 202
  }),
  buildLog: operation({
    id: 'serving.buildLog',
    method: 'GET',
    path: '/package-versions/{packageVersionId}/logs',
    summary: "A build's log.",
    access: read,
    params: PackageVersionParams,
    query: LogQuery,
    response: LogPage
  }),
  listServices: operation({
    id: 'serving.listServices',
    method: 'GET',
    path: '/projects/{projectId}/services',
    summary: 'Online services.',
    access: read,
    params: ProjectParams,
    query: NamedPageQuery,
    response: page(Service)
  }),
  createService: operation({
    id: 'serving.createService',
    method: 'POST',
    path: '/projects/{projectId}/services',
    summary: 'Add an online service.',
    access: write,
    params: ProjectParams,
    body: z.object({ name: Name, details: Description.optional() }).strict(),
    response: Service,
    status: 201
  }),
  getService: operation({
    id: 'serving.getService',
    method: 'GET',
    path: '/services/{serviceId}',
    summary: 'One online service.',
    access: read,
    params: ServiceParams,
    response: Service
  }),
  updateService: operation({
    id: 'serving.updateService',
    method: 'PATCH',
    path: '/services/{serviceId}',
    summary: 'Edit the details of a service.',
    access: write,
    params: ServiceParams,
    body: z.object({ details: Description }).strict(),
    response: Service
  }),
  deleteService: operation({
    id: 'serving.deleteService',
    method: 'DELETE',
    path: '/services/{serviceId}',
    summary: 'Delete a service that has no versions.',
    access: write,
    params: ServiceParams
  }),
  addProduction: operation({
    id: 'serving.addProduction',
    method: 'POST',
    path: '/services/{serviceId}/production',
    summary: 'Add the production version.',
    access: write,
    params: ServiceParams,
    body: ServiceVersionBody,
    response: Service,
    status: 201
  }),
  addGray: operation({
    id: 'serving.addGray',
    method: 'POST',
    path: '/services/{serviceId}/gray',
    summary:
      'Add a gray version beside production; it gets 10 % of the requests unless told otherwise.',
    access: write,
    params: ServiceParams,
    body: ServiceVersionBody.extend({ share: Share.optional() }),
    response: Service,
    status: 201
  }),
  removeProduction: operation({
    id: 'serving.removeProduction',
    method: 'DELETE',
    path: '/services/{serviceId}/production',
    summary: 'Delete the production version; not while there is a gray one.',
    access: write,
    params: ServiceParams,
    response: Service
  }),
  removeGray: operation({
    id: 'serving.removeGray',
    method: 'DELETE',
    path: '/services/{serviceId}/gray',
    summary: 'Delete the gray version after its last request.',
    access: write,
    params: ServiceParams,
    response: Service
  }),
  setReplicas: operation({
    id: 'serving.setReplicas',
    method: 'PUT',
    path: '/services/{serviceId}/{role}/replicas',
    summary: 'Change the number of replicas of a version.',
    access: write,
    params: z.object({ serviceId: Id, role: z.enum(['production', 'gray']) }),
    body: z.object({ replicas: Replicas }).strict(),
    response: Service
  }),
  setShare: operation({
    id: 'serving.setShare',
    method: 'PUT',
    path: '/services/{serviceId}/share',
    summary: "Change the gray version's share of the requests.",
    access: write,
    params: ServiceParams,
    body: z.object({ share: Share }).strict(),
    response: Service
  }),
  swap: operation({
    id: 'serving.swap',
    method: 'POST',
    path: '/services/{serviceId}/swap',
    summary:
      'Exchange gray and production without losing a request; the share stays with the gray role.',
    access: write,
    params: ServiceParams,
    body: z
      .object({
        /** The service as the caller saw it; 409 when it has changed since. */
        revision: z.number().int().optional()
      })
      .strict(),
    response: Service
  }),
  metrics: operation({
    id: 'serving.metrics',
    method: 'GET',
    path: '/services/{serviceId}/metrics',
    summary: 'Requests, errors and latency of both versions.',
    access: read,
    params: ServiceParams,
    query: z.object({ minutes: queryInteger(1, 30).optional() }),
    response: ServiceMetrics
  }),
  logs: operation({
    id: 'serving.logs',
    method: 'GET',
    path: '/services/{serviceId}/{role}/logs',
    summary: 'Logs of the replicas of a version.',
    access: read,
    params: z.object({ serviceId: Id, role: z.enum(['production', 'gray']) }),
    query: LogQuery,
    response: LogPage
  })
};
