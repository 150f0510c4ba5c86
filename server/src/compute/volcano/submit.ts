import { createHash } from 'node:crypto';

import { EngineError } from '../engine.ts';
import type { ClusterApi } from './client.ts';
import { isApiError, type ApiError } from './apiError.ts';
import type { ClusterPlan } from './clusterPlan.ts';
import type { VolcanoEngineConfig } from './config.ts';
import type { Contact } from './contact.ts';
import { KINDS, pathOf } from './kinds.ts';
import { jobManifest } from './manifests/job.ts';
import { serviceManifest, statefulSetManifest } from './manifests/statefulSet.ts';
import { ANNOTATIONS } from './names.ts';
import type { ClusterObject, StatefulSet, VolcanoJob } from './objects.ts';
import { pause } from './pause.ts';

/** Tries to find out what became of a create that was not answered. */
const FIND_TRIES = 3;
const FIND_EVERY_MS = 500;
/** A webhook that does not answer, or a queue that is not open yet, is tried again this often. */
const REFUSED_TRIES = 5;
const REFUSED_EVERY_MS = 1_000;

/** What was planned, in short: the same plan makes the same object. */
export function planHash(plan: ClusterPlan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 32);
}

/**
 * Makes the object of a run, once: its name follows from the run's id, and what is there already under that name is the run's own if it
 * says so. A create that was not answered is looked for before it is made again.
 *
 * @throws EngineError `start_failed` where it is refused, `unreachable` where nobody knows
 * @throws ApiError not found, where its namespace is not there
 */
export async function createRun(
  api: ClusterApi,
  contact: Contact,
  config: VolcanoEngineConfig,
  plan: ClusterPlan,
  program: string
): Promise<ClusterObject> {
  const hash = planHash(plan);
  if (plan.kind !== 'service') {
    return create(api, contact, KINDS.job, jobManifest(config, plan, hash, program));
  }
  const made = await create(
    api,
    contact,
    KINDS.statefulSet,
    statefulSetManifest(config, plan, hash, program)
  );
  const service = serviceManifest(config, plan, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: plan.name,
    uid: made.metadata.uid ?? ''
  });
  try {
    await contact.ask(() => api.create(KINDS.service, service));
  } catch (error) {
    if (!isApiError(error) || !error.conflict) {
      throw asEngineError(error);
    }
  }
  return made;
}

async function create(
  api: ClusterApi,
  contact: Contact,
  kind: typeof KINDS.job | typeof KINDS.statefulSet,
  object: VolcanoJob | StatefulSet
): Promise<ClusterObject> {
  const { namespace, name } = object.metadata;
  const path = pathOf(kind, namespace, name);
  for (let tries = 1; ; tries++) {
    try {
      return await contact.ask(() => api.create<ClusterObject>(kind, object));
    } catch (error) {
      if (!isApiError(error)) {
        throw error;
      }
      if (error.conflict) {
        return ours(await find(api, contact, path), object);
      }
      if (error.away) {
        const found = await findUnanswered(api, contact, path);
        if (found !== undefined) {
          return ours(found, object);
        }
        throw asEngineError(error);
      }
      if (error.notFound) {
        throw error;
      }
      if (!isPassing(error) || tries === REFUSED_TRIES) {
        throw asEngineError(error);
      }
      await pause(REFUSED_EVERY_MS);
    }
  }
}

/** Whether it may be accepted in a moment: a webhook failed, or has not heard yet of a queue that has just been made, or is open. */
function isPassing(error: ApiError): boolean {
  return (
    error.status === 500 || /unable to find job queue|queue with state `Open`/.test(error.message)
  );
}

/** What is there under the name; refused where it is another run's. */
function ours(found: ClusterObject | undefined, object: ClusterObject): ClusterObject {
  const run = (item: ClusterObject | undefined) => item?.metadata.annotations?.[ANNOTATIONS.run];
  if (found === undefined || run(found) !== run(object)) {
    throw new EngineError(
      'start_failed',
      `There is another ${object.kind ?? 'object'} called ${object.metadata.name} in the cluster.`,
      { message: object.metadata.name }
    );
  }
  return found;
}

/** Whether a create was applied that was not answered; undefined also where the server stays away, and it has to be asked again later. */
async function findUnanswered(
  api: ClusterApi,
  contact: Contact,
  path: string
): Promise<ClusterObject | undefined> {
  for (let tries = 0; tries < FIND_TRIES; tries++) {
    await pause(FIND_EVERY_MS);
    try {
      return await find(api, contact, path);
    } catch {
      // Asked again.
    }
  }
  return undefined;
}

/** The object of a path, or undefined when there is none. @throws ApiError */
export async function find(
  api: ClusterApi,
  contact: Contact,
  path: string
): Promise<ClusterObject | undefined> {
  try {
    return await contact.ask(() => api.get<ClusterObject>(path));
  } catch (error) {
    if (isApiError(error) && error.notFound) {
      return undefined;
    }
    throw error;
  }
}

/** For whoever asked for something to be done: refused, or not known whether it was. */
export function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return isApiError(error) && (error.away || error.status === 429)
    ? new EngineError('unreachable', message, { message })
    : new EngineError('start_failed', message, { message });
}
