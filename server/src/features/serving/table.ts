import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { MountRef, Scenario } from '@topsdl/contract';
import { ANYWHERE, type Placement } from '../../reconcile/given.ts';
import type { Resources } from '../../reconcile/owner.ts';

/** Model packages. */
export const packages = sqliteTable(
  'packages',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    name: text('name').notNull(),
    scenario: text('scenario').$type<Scenario>().notNull(),
    details: text('details').notNull(),
    nextNumber: integer('next_number').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [
    uniqueIndex('packages_by_name').on(table.projectId, table.name),
    index('packages_of_project').on(table.projectId, table.id)
  ]
);

/** A version of a set that is packed, as it was called when it was chosen. */
export interface Packed extends MountRef {
  readonly public: boolean;
}

/** Versions of packages. Their state is that of the newest build's workload. */
export const packageVersions = sqliteTable(
  'package_versions',
  {
    id: text('id').primaryKey(),
    packageId: text('package_id')
      .notNull()
      .references(() => packages.id),
    projectId: text('project_id').notNull(),
    number: integer('number').notNull(),
    models: text('models', { mode: 'json' }).$type<Packed[]>().notNull(),
    algorithms: text('algorithms', { mode: 'json' }).$type<Packed[]>().notNull(),
    port: integer('port').notNull(),
    /** The start command, an argument vector. */
    arguments: text('arguments', { mode: 'json' }).$type<string[]>().notNull(),
    requirements: text('requirements', { mode: 'json' }).$type<string[]>().notNull(),
    environment: text('environment', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    setupCommand: text('setup_command').notNull(),
    /** Builds asked for so far. */
    attempt: integer('attempt').notNull().default(0),
    /** What the image takes; null until it is built. */
    bytes: integer('bytes'),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [
    uniqueIndex('package_versions_of_package').on(table.packageId, table.number),
    index('package_versions_of_project').on(table.projectId)
  ]
);

/** Online services. */
export const services = sqliteTable(
  'services',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    name: text('name').notNull(),
    details: text('details').notNull(),
    /** Rows of `service_versions`. */
    productionId: text('production_id'),
    grayId: text('gray_id'),
    grayShare: real('gray_share').notNull().default(0),
    /** Grows with every change of versions, split or replicas. */
    revision: integer('revision').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by')
  },
  table => [
    uniqueIndex('services_by_name').on(table.projectId, table.name),
    index('services_of_project').on(table.projectId, table.id)
  ]
);

/** A package version in a service. It keeps its replicas when gray and production are exchanged. */
export const serviceVersions = sqliteTable(
  'service_versions',
  {
    id: text('id').primaryKey(),
    serviceId: text('service_id').notNull(),
    /** What the service was called, for lists that outlive it. */
    serviceName: text('service_name').notNull(),
    projectId: text('project_id').notNull(),
    packageVersionId: text('package_version_id')
      .notNull()
      .references(() => packageVersions.id),
    specId: text('spec_id').notNull(),
    specName: text('spec_name').notNull(),
    resources: text('resources', { mode: 'json' }).$type<Resources>().notNull(),
    placement: text('placement', { mode: 'json' }).$type<Placement>().notNull().default(ANYWHERE),
    /** How many are wanted; the workload has more for as long as the last requests to them take. */
    replicas: integer('replicas').notNull(),
    environment: text('environment', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    /** Times that its workload was asked for. */
    attempt: integer('attempt').notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by'),
    /** Since then no request goes to it; the row stays until all of it has ended. */
    removedAt: integer('removed_at'),
    /** Who removed it, by name. */
    removedBy: text('removed_by')
  },
  table => [
    index('service_versions_of_service').on(table.serviceId),
    index('service_versions_by_package_version').on(table.packageVersionId),
    index('service_versions_by_spec').on(table.specId)
  ]
);

export type PackageRow = typeof packages.$inferSelect;
export type PackageVersionRow = typeof packageVersions.$inferSelect;
export type ServiceRow = typeof services.$inferSelect;
export type ServiceVersionRow = typeof serviceVersions.$inferSelect;
