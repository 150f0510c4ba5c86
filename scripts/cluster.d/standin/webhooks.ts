import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Api } from '../api.ts';
import { ApiError } from '../api.ts';
import type { Informer } from './informer.ts';
import type { Job, Queue } from './objects.ts';
import { PATHS, pathOf } from './objects.ts';
import { podOf } from './plugins.ts';
import { changeFault, defaults, faultsOf } from './validation.ts';

export interface WebhookFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

interface Review {
  request: { uid: string; operation: 'CREATE' | 'UPDATE'; object: Job; oldObject: Job | null };
}

interface Answer {
  allowed: boolean;
  status?: { message: string };
  patchType?: 'JSONPatch';
  patch?: string;
}

/**
 * Serves what the API server asks before it takes a job, and tells it where. As with Volcano, no job is taken while nobody answers.
 *
 * @param url where the API server reaches this process
 */
export async function serveWebhooks(
  api: Api,
  queues: Informer<Queue>,
  url: string,
  files: WebhookFiles
): Promise<void> {
  const answers: Readonly<Record<string, (review: Review['request']) => Promise<Answer>>> = {
    '/mutate': ({ object }) => Promise.resolve(patched(object)),
    '/validate': request => validated(api, queues, request)
  };
  const server = createServer(
    { cert: readFileSync(files.certificate), key: readFileSync(files.key) },
    (request, response) => {
      void (async () => {
        const { request: review } = JSON.parse(await text(request)) as Review;
        const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
        const result: Answer = answer
          ? await answer(review)
          : { allowed: false, status: { message: `nothing is at ${request.url}` } };
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            apiVersion: 'admission.k8s.io/v1',
            kind: 'AdmissionReview',
            response: { uid: review.uid, ...result }
          })
        );
      })().catch((error: unknown) => {
        console.log(`webhook: ${String(error)}`);
        response.writeHead(500).end(String(error));
      });
    }
  );
  const { hostname, port } = new URL(url);
  await new Promise<void>(resolve => server.listen(Number(port), hostname, resolve));
  const authority = readFileSync(files.authority).toString('base64');
  await Promise.all(
    [
      configuration('mutate', ['CREATE'], url, authority),
      configuration('validate', ['CREATE', 'UPDATE'], url, authority)
    ].map(({ path, object }) => api.apply(path, JSON.stringify(object)))
  );
}

function configuration(
  what: 'mutate' | 'validate',
  operations: string[],
  url: string,
  caBundle: string
): { path: string; object: unknown } {
  const group = '/apis/admissionregistration.k8s.io/v1';
  const kind =
    what === 'mutate' ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration';
  const name = `volcano-standin-${what}`;
  return {
    path: `${group}/${kind.toLowerCase()}s/${name}`,
    object: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: { name },
      webhooks: [
        {
          name: `${what}job.volcano.sh`,
          admissionReviewVersions: ['v1'],
          sideEffects: 'NoneOnDryRun',
          failurePolicy: 'Fail',
          timeoutSeconds: 10,
          clientConfig: { url: `${url}/${what}`, caBundle },
          rules: [
            {
              apiGroups: ['batch.volcano.sh'],
              apiVersions: ['v1alpha1'],
              resources: ['jobs'],
              operations
            }
          ]
        }
      ]
    }
  };
}

function patched(job: Job): Answer {
  const patch = Buffer.from(JSON.stringify(defaults(job))).toString('base64');
  return { allowed: true, patchType: 'JSONPatch', patch };
}

async function validated(
  api: Api,
  queues: Informer<Queue>,
  { operation, object, oldObject }: Review['request']
): Promise<Answer> {
  if (operation === 'UPDATE') {
    const fault = oldObject ? changeFault(oldObject, object) : undefined;
    return fault === undefined ? { allowed: true } : { allowed: false, status: { message: fault } };
  }
  // As it was heard of last, like with Volcano: one that was made a moment ago may not be known yet.
  const queue = queues.items.get(`/${object.spec.queue}`);
  const children = [...queues.items.values()].filter(
    ({ spec }) => spec?.parent === object.spec.queue
  ).length;
  const faults = [...faultsOf(object, queue, children), ...(await templateFaults(api, object))];
  return faults.length === 0
    ? { allowed: true }
    : { allowed: false, status: { message: `${faults.join('; ')};` } };
}

/** What the API server itself finds wrong with a pod of each task: it is asked to make one, and not to keep it. */
async function templateFaults(api: Api, job: Job): Promise<string[]> {
  const found = await Promise.all(
    job.spec.tasks.map(async (task, index) => {
      const pod = podOf(job, task, 0);
      pod.metadata.ownerReferences = [];
      try {
        await api.create(`${pathOf(PATHS.core, job.metadata.namespace, 'pods')}?dryRun=All`, pod);
        return [];
      } catch (error) {
        const isFault = error instanceof ApiError && [400, 422].includes(error.status);
        return isFault ? [`spec.task[${index}].${error.message}`] : [];
      }
    })
  );
  return found.flat();
}
