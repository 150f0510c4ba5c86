import {
  type Language,
  type MountRef,
  type Package,
  type PackageVersion,
  type Service,
  type ServiceMetrics,
  type ServiceVersion,
  type UserRef
} from '@topsdl/contract';
import type { SeriesWindow, ServiceSnapshot } from '../../gateway/index.ts';
import { fromEngine, presentReason, reason, type StoredReason } from '../../reconcile/reasons.ts';
import { isEnded } from '../../reconcile/states.ts';
import type { Workload } from '../../reconcile/table.ts';
import type {
  Packed,
  PackageRow,
  PackageVersionRow,
  ServiceRow,
  ServiceVersionRow
} from './table.ts';

type UserRefOf = (userId: string | null) => UserRef | null;

/** How a version in a service is doing. */
export interface Situation {
  readonly state: ServiceVersion['state'];
  readonly available: number;
  readonly reason: StoredReason | null;
}

/**
 * How a version is doing, from what is wanted and what the engine says of its replicas. It serves only
 * when all are ready; once a replica has ended by itself it is degraded, or failed where none is left.
 */
export function situationOf(
  version: Pick<ServiceVersionRow, 'replicas'>,
  workload: Workload | undefined
): Situation {
  if (!workload || workload.state === 'pending') {
    return { state: 'pending', available: 0, reason: workload?.reason ?? null };
  }
  if (isEnded(workload.state)) {
    return { state: 'failed', available: 0, reason: workload.reason };
  }
  const wanted = workload.observed.filter(({ index }) => index < version.replicas);
  const available = wanted.filter(({ state }) => state === 'ready').length;
  if (available >= version.replicas) {
    return { state: 'serving', available, reason: null };
  }
  const broken = wanted.find(node => node.state !== 'ready' && node.reason !== undefined);
  if (broken?.reason) {
    const why =
      broken.reason.code === 'command_failed'
        ? reason('replica-failed', { replica: broken.name, exitCode: broken.exitCode ?? -1 })
        : fromEngine(broken.reason);
    return { state: available > 0 ? 'degraded' : 'failed', available, reason: why };
  }
  return { state: available > 0 ? 'degraded' : 'starting', available, reason: null };
}

function presentMount({ versionId, setId, name, number }: Packed): MountRef {
  return { versionId, setId, name, number };
}

const iso = (time: number): string => new Date(time).toISOString();

/** A version's state: its newest build's, or `pending` where none was asked for. */
export function buildState(
  row: PackageVersionRow,
  build: Workload | undefined
): PackageVersion['state'] {
  // Until all that follows its end has been done, nothing else can be asked of it.
  if (build && build.settledAt === null && build.state !== 'pending') {
    return 'building';
  }
  if (row.bytes !== null) {
    return 'completed';
  }
  switch (build?.state) {
    case undefined:
    case 'pending':
      return 'pending';
    case 'failed':
    case 'lost':
      return 'failed';
    case 'stopped':
      return 'stopped';
    default:
      return 'building';
  }
}

export function presentPackageVersion(
  row: PackageVersionRow,
  build: Workload | undefined,
  userRef: UserRefOf,
  language: Language
): PackageVersion {
  const state = buildState(row, build);
  const exited = state === 'failed' && build?.exitCode !== null && build?.exitCode !== undefined;
  const why = exited
    ? reason('build-failed', { exitCode: build.exitCode })
    : (build?.reason ?? null);
  return {
    id: row.id,
    packageId: row.packageId,
    number: row.number,
    state,
    reason: why && presentReason(why, language),
    models: row.models.map(presentMount),
    algorithms: row.algorithms.map(presentMount),
    baseImage: 'host',
    port: row.port,
    arguments: row.arguments,
    requirements: row.requirements,
    environment: row.environment,
    setupCommand: row.setupCommand,
    bytes: row.bytes,
    createdAt: iso(row.createdAt),
    startedAt: build?.admittedAt ? iso(build.admittedAt) : null,
    endedAt: build?.endedAt ? iso(build.endedAt) : null,
    createdBy: userRef(row.createdBy)
  };
}

export function presentPackage(
  row: PackageRow,
  versionCount: number,
  versions: PackageVersion[],
  userRef: UserRefOf
): Package {
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    scenario: row.scenario,
    details: row.details,
    versionCount,
    versions,
    createdAt: iso(row.createdAt),
    createdBy: userRef(row.createdBy)
  };
}

export function presentServiceVersion(
  row: ServiceVersionRow,
  image: { name: string; number: number },
  workload: Workload | undefined,
  language: Language
): ServiceVersion {
  const { state, available, reason: why } = situationOf(row, workload);
  return {
    id: row.id,
    packageVersionId: row.packageVersionId,
    packageName: image.name,
    packageNumber: image.number,
    specId: row.specId,
    specName: row.specName,
    replicas: row.replicas,
    available,
    environment: row.environment,
    state,
    reason: why && presentReason(why, language),
    createdAt: iso(row.createdAt)
  };
}

export function presentService(
  row: ServiceRow,
  production: ServiceVersion | null,
  gray: ServiceVersion | null,
  userRef: UserRefOf
): Service {
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    details: row.details,
    path: `/services/${row.id}/`,
    production,
    gray,
    grayShare: row.grayShare,
    revision: row.revision,
    createdAt: iso(row.createdAt),
    createdBy: userRef(row.createdBy)
  };
}

export function presentMetrics(snapshot: ServiceSnapshot, steps: number): ServiceMetrics {
  return {
    stepSeconds: snapshot.stepSeconds,
    from: iso(snapshot.from),
    production: presentRole(snapshot.production, steps),
    gray: presentRole(snapshot.gray, steps),
    totals: snapshot.totals
  };
}

function presentRole(window: SeriesWindow | null, steps: number): ServiceMetrics['gray'] {
  if (!window) {
    const zeros = new Array<number>(steps).fill(0);
    const nothing = new Array<null>(steps).fill(null);
    return { requests: zeros, errors: [...zeros], p50Ms: nothing, p99Ms: [...nothing] };
  }
  const { requests, errors, p50Ms, p99Ms } = window;
  return { requests, errors, p50Ms, p99Ms };
}
