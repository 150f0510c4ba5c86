import { afterEach, beforeEach, expect, test } from '@jest/globals';

import type { ClusterApi } from '../../../src/compute/volcano/client.ts';
import { Contact } from '../../../src/compute/volcano/contact.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import { createRun } from '../../../src/compute/volcano/submit.ts';
import { ApiServer, refuse } from './apiServer.ts';
import { CONFIG, PROGRAM, clusterPlan } from './samples.ts';

const PLAN = clusterPlan();
const JOBS = pathOf(KINDS.job, PLAN.namespace);
const DENIED = 'admission webhook "validatejob.volcano.sh" denied the request:';

let server: ApiServer;
let api: ClusterApi;

beforeEach(async () => {
  server = await ApiServer.start();
  api = server.client();
});

afterEach(async () => {
  await api.close();
  await server.dispose();
});

/** Refuses the first jobs, in the words of a webhook. */
function refuseJobs(...messages: string[]): void {
  server.intercept = ({ method, path }, response) => {
    const message = method === 'POST' && path === JOBS ? messages.shift() : undefined;
    if (message !== undefined) {
      refuse(response, 400, 'BadRequest', `${DENIED} ${message}`);
    }
    return message !== undefined;
  };
}

function submit(): Promise<ClusterObject> {
  return createRun(api, new Contact(() => api.get('/readyz')), CONFIG, PLAN, PROGRAM);
}

test('a queue that the webhook has not heard of yet, or that is not open yet, is waited for', async () => {
  refuseJobs(
    `unable to find job queue: queue.scheduling.volcano.sh "${PLAN.namespace}" not found;`,
    `can only submit job to queue with state \`Open\`, queue \`${PLAN.namespace}\` status is \`\`;`
  );
  await submit();
  expect(server.objects(JOBS).map(({ metadata }) => metadata.name)).toEqual([PLAN.name]);
});

test('what else is refused is refused at once, in the webhook’s words', async () => {
  const words = "'minAvailable' is greater than 'replicas' in task: master, job: t;";
  refuseJobs(words);
  await expect(submit()).rejects.toMatchObject({
    code: 'start_failed',
    message: `${DENIED} ${words}`
  });
  expect(server.requests).toHaveLength(1);
});
