import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ClusterApi } from '../../../src/compute/volcano/client.ts';
import { Cluster } from '../../../src/compute/volcano/cluster.ts';
import { Contact } from '../../../src/compute/volcano/contact.ts';
import { KINDS, pathOf } from '../../../src/compute/volcano/kinds.ts';
import type { JobPhase, ObservedJob, Pod } from '../../../src/compute/volcano/objects.ts';
import { ownLabels } from '../../../src/compute/volcano/names.ts';
import { Run } from '../../../src/compute/volcano/run.ts';
import { find } from '../../../src/compute/volcano/submit.ts';
import { ApiServer } from './apiServer.ts';
import { CONFIG, planned, RUN } from './samples.ts';

/** A run whose job is at an API server, and what its controller does with commands. */
export class RunBench {
  readonly server: ApiServer;
  readonly api: ClusterApi;
  readonly contact: Contact;
  readonly cluster: Cluster;
  readonly run: Run;
  readonly #directory = mkdtempSync(join(tmpdir(), 'topsdl-run-'));
  #uid = '';

  private constructor(server: ApiServer) {
    this.server = server;
    this.api = server.client();
    this.contact = new Contact(() => this.api.get('/readyz'));
    const options = { instance: CONFIG.instance, watch: 'namespace' } as const;
    this.cluster = new Cluster(this.api, this.contact, options);
    this.run = new Run(planned({}, { ...RUN, directory: this.#directory }).handle, {
      cluster: this.cluster,
      readyTimeoutMs: 1000,
      away: () => false,
      runCalled: () => undefined,
      find: ({ namespace, name }) =>
        find(this.api, this.contact, pathOf(KINDS.job, namespace, name))
    });
  }

  /** With a job that runs, on nodes that do. */
  static async open(): Promise<RunBench> {
    const bench = new RunBench(await ApiServer.start());
    const job = bench.job('Running');
    bench.#uid = job.metadata.uid ?? '';
    await bench.run.made(job, 'hash');
    bench.run.data.nodes.forEach(node => bench.node(node, 'Running'));
    await bench.run.observe();
    return bench;
  }

  get commands(): string {
    return pathOf(KINDS.command, this.run.data.namespace);
  }

  get jobs(): string {
    return pathOf(KINDS.job, this.run.data.namespace);
  }

  job(phase: JobPhase): ObservedJob {
    const { namespace, name } = this.run.data;
    const job: ObservedJob = {
      metadata: { name, namespace, labels: ownLabels(CONFIG.instance) },
      status: { state: { phase } }
    };
    return this.server.put(this.jobs, job);
  }

  node(name: string, phase: 'Running' | 'Succeeded' | 'Failed'): void {
    const { namespace, name: run } = this.run.data;
    const pod: Pod = {
      metadata: {
        name,
        namespace,
        labels: { 'topsdl/run': run },
        ownerReferences: [
          { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', name: run, uid: this.#uid }
        ]
      },
      spec: { nodeName: 'node-1' },
      status: { phase }
    };
    this.server.put(pathOf(KINDS.pod, namespace), pod);
  }

  /** What the controller does with commands, one after the other: it takes each away before. */
  obey(...answers: ((action: string) => void)[]): void {
    this.server.intercept = ({ method, path, body }, response) => {
      if (method !== 'POST' || path !== this.commands) {
        return false;
      }
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(body);
      answers.shift()?.((JSON.parse(body) as { action: string }).action);
      return true;
    };
  }

  get timesCommanded(): number {
    return this.server.requests.filter(
      ({ method, path }) => method === 'POST' && path === this.commands
    ).length;
  }

  async close(): Promise<void> {
    this.cluster.close();
    this.contact.close();
    await this.api.close();
    await this.server.dispose();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
