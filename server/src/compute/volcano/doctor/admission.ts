import { join } from 'node:path';

import { isApiError } from '../apiError.ts';
import type { ClusterApi } from '../client.ts';
import { clusterPlanOf } from '../clusterPlan.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { note, ok, wrong, type Finding } from '../finding.ts';
import { KINDS, pathOf } from '../kinds.ts';
import { jobManifest } from '../manifests/job.ts';
import { oneLine } from '../reasons.ts';
import type { VolcanoJob } from '../objects.ts';
import { planWorkload } from '../plan.ts';
import { planHash } from '../submit.ts';
import { listed, looking } from './ask.ts';

const WHAT = 'jobs';
/** Always there in Kubernetes and in Volcano. */
const DEFAULT = 'default';
/** No plugin of Volcano's: whoever looks at jobs refuses it. */
const MARK = 'topsdl-doctor';

/**
 * Whether the cluster takes the jobs of the engine, plugins and queue included. It is asked to make one and not to keep it: the API
 * server and Volcano's webhooks look at it as at any other.
 *
 * @param namespace of a project that is there, with its queue; others are tried for where undefined
 */
export function examineAdmission(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  namespace: string | undefined
): Promise<readonly Finding[]> {
  return looking(WHAT, `create jobs in the namespace ${namespace ?? DEFAULT}`, async () => {
    const job = sample(config, namespace);
    const said = await refusal(api, job);
    const { queue, plugins } = job.spec;
    const names = listed(Object.keys(plugins));
    if (said !== undefined) {
      return [
        wrong(WHAT, `one with the plugins ${names} in the queue ${queue} is refused: ${said}`)
      ];
    }
    const strange = { ...job, spec: { ...job.spec, plugins: { ...plugins, [MARK]: [] } } };
    return (await refusal(api, strange)) === undefined
      ? [
          note(
            WHAT,
            `one is accepted, and nobody looks at its plugins: install Volcano with its admission webhooks, so that mistakes are told of at once`
          )
        ]
      : [ok(WHAT, `one with the plugins ${names} in the queue ${queue} is accepted`)];
  });
}

function sample(config: VolcanoEngineConfig, namespace: string | undefined): VolcanoJob {
  const plan = clusterPlanOf(
    planWorkload(
      config,
      { kind: 'batch', image: { base: 'host' }, command: 'true', nodes: 2, projectId: MARK },
      { id: MARK, directory: join(config.dataDirectory, 'runs', MARK) }
    )
  );
  const placed = { ...plan, namespace: namespace ?? DEFAULT };
  return jobManifest(
    { ...config, queue: config.queue ?? placed.namespace },
    placed,
    planHash(placed),
    join(config.dataDirectory, 'cache', 'nodes', MARK)
  );
}

/** Why a job is not accepted, in the cluster's words; undefined where it is. @throws ApiError where it was not looked at */
async function refusal(api: ClusterApi, job: VolcanoJob): Promise<string | undefined> {
  try {
    await api.post(pathOf(KINDS.job, job.metadata.namespace), job, { dryRun: 'All' });
    return undefined;
  } catch (error) {
    // A webhook's refusal has the status that it says, which is 403 for one that says none; the right is asked for on its own.
    if (isApiError(error) && error.status > 0 && !/ cannot create resource /.test(error.message)) {
      return oneLine(error.message);
    }
    throw error;
  }
}
