import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import type { ClusterApi } from '../../../src/compute/volcano/client.ts';
import { Cluster } from '../../../src/compute/volcano/cluster.ts';
import { clusterHandleOf } from '../../../src/compute/volcano/clusterPlan.ts';
import { Contact } from '../../../src/compute/volcano/contact.ts';
import { Endings } from '../../../src/compute/volcano/ending.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import type { JobPhase, ObservedJob } from '../../../src/compute/volcano/objects.ts';
import { Run } from '../../../src/compute/volcano/run.ts';
import { find } from '../../../src/compute/volcano/submit.ts';
import { ApiServer } from './apiServer.ts';
import { CONFIG, planned, RUN } from './samples.ts';

let directory: string;
let server: ApiServer;
let api: ClusterApi;
let cluster: Cluster;
let contact: Contact;
let run: Run;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'topsdl-ending-'));
  server = await ApiServer.start();
  api = server.client();
  contact = new Contact(() => api.get('/readyz'));
  cluster = new Cluster(api, contact, { instance: CONFIG.instance, watch: 'namespace' });
  run = new Run(planned({}, { ...RUN, directory }).handle, {
    cluster,
    readyTimeoutMs: 1000,
    away: () => false,
    runCalled: () => undefined,
    find: ({ namespace, name }) => find(api, contact, pathOf(KINDS.job, namespace, name))
  });
  await run.made(putJob('Pending'), 'hash');
});

afterEach(async () => {
  cluster.close();
  contact.close();
  await api.close();
  await server.dispose();
  rmSync(directory, { recursive: true, force: true });
});

function putJob(phase: JobPhase) {
  const { namespace, name } = clusterHandleOf(run.handle);
  const job: ObservedJob = { metadata: { name, namespace }, status: { state: { phase } } };
  return server.put(pathOf(KINDS.job, namespace), job);
}

function commands(): string {
  return pathOf(KINDS.command, run.data.namespace);
}

function timesAsked(): number {
  return server.requests.filter(({ method, path }) => method === 'POST' && path === commands())
    .length;
}

/** What the job's controller does with commands, one after the other. */
function obey(...answers: (() => void)[]): void {
  server.intercept = ({ method, path }, response) => {
    if (method !== 'POST' || path !== commands()) {
      return false;
    }
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end('{}');
    answers.shift()?.();
    return true;
  };
}

test('a command is given once when the job’s phase tells that it was taken', async () => {
  obey(() => putJob('Aborting'));
  await new Endings(api, contact, cluster).stop(run, undefined);
  expect(timesAsked()).toBe(1);
});

test('a command that is taken away and has no effect is given again', async () => {
  obey(
    () => undefined,
    () => putJob('Aborting')
  );
  await new Endings(api, contact, cluster).stop(run, undefined);
  expect(timesAsked()).toBe(2);
});

test('no command is given again to a job that has ended or is gone', async () => {
  obey(() => server.delete(pathOf(KINDS.job, run.data.namespace), run.data.name));
  await new Endings(api, contact, cluster).stop(run, undefined);
  expect(timesAsked()).toBe(1);
  await new Endings(api, contact, cluster).stop(run, undefined);
  expect(timesAsked()).toBe(1);
});
