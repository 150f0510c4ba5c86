import { PlanError } from '../../compute/engine.ts';
import type { Transaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { ProblemError } from '../../http/problem.ts';
import { givenBy } from '../../reconcile/given.ts';
import { computeSpecDirectory } from '../admin/directory.ts';
import { serviceSpec } from './image.ts';
import { refuseOurs } from './packages.ts';
import type { ServingParts } from './service.ts';
import {
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

/**
 * Adds a package version to a service, without a role yet, once it is known that it can run.
 *
 * @throws ProblemError `not-found`, `not-built`, `never-fits`, `variable-reserved`, naming the field
 */
export function addServiceVersion(
  { app, packages, builds, reconciler }: ServingParts,
  tx: Transaction,
  service: ServiceRow,
  input: ServiceVersionInput,
  userId: string
): ServiceVersionRow {
  const { projectId } = service;
  const image = packages.findVersion(input.packageVersionId, tx);
  if (!image || image.projectId !== projectId) {
    throw new ProblemError('not-found', { kind: 'package-version' }, 'body.packageVersionId');
  }
  if (image.bytes === null) {
    const { name } = packages.get(image.packageId, tx);
    const params = { name, number: image.number };
    throw new ProblemError('not-built', params, 'body.packageVersionId');
  }
  const spec = app.services.get(computeSpecDirectory).find(input.specId);
  if (!spec) {
    throw new ProblemError('not-found', { kind: 'compute-spec' }, 'body.specId');
  }
  refuseOurs(input.environment);
  const given = givenBy(spec);
  const [short] = reconciler.admission.neverFits(projectId, input.replicas, given.resources);
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
    ...given,
    replicas: input.replicas,
    environment: { ...input.environment },
    attempt: 0,
    createdAt: Date.now(),
    createdBy: userId
  };
  requireRunnable({ app, builds }, image, row);
  return tx.insert(serviceVersions).values(row).returning().get();
}

/** Refuses what the engine here could not run, before anything is made. */
function requireRunnable(
  { app, builds }: Pick<ServingParts, 'app' | 'builds'>,
  image: PackageVersionRow,
  version: Parameters<typeof serviceSpec>[2] & { replicas: number }
): void {
  const spec = serviceSpec(builds.root(image.id), image, version, version.replicas);
  try {
    app.compute.plan(spec, { id: 'check', directory: '/check' });
  } catch (error) {
    throw error instanceof PlanError ? problemOf(error) : error;
  }
}

function problemOf(error: PlanError): ProblemError {
  const name = error.field.startsWith('env.') ? error.field.slice('env.'.length) : undefined;
  if (error.code === 'env_reserved' && name !== undefined) {
    return new ProblemError('variable-reserved', { name }, `body.environment.${name}`);
  }
  if (error.code === 'placement_excluded') {
    return new ProblemError('placement-excluded', error.params, 'body.specId');
  }
  if (error.code === 'program_missing') {
    return new ProblemError('unavailable', { detail: error.message });
  }
  const field = name === undefined ? 'body.packageVersionId' : `body.environment.${name}`;
  return new ProblemError('invalid', {}, field, {
    fields: [{ field, code: 'rule.format', params: {} }]
  });
}
