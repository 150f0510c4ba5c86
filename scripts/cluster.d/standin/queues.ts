import type { Api } from '../api.ts';
import type { Informer } from './informer.ts';
import type { Queue } from './objects.ts';
import { PATHS, pathOf } from './objects.ts';

/** Opens every queue that is neither open nor closed yet, as Volcano does with new ones. */
export function openQueues(api: Api, queues: Informer<Queue>): void {
  queues.onChange(({ now }) => {
    if (now !== undefined && now.status?.state === undefined) {
      const path = pathOf(PATHS.scheduling, undefined, 'queues', now.metadata.name);
      api
        .patch(`${path}/status`, { status: { state: 'Open' } })
        .catch((error: unknown) => console.log(`queue ${now.metadata.name}: ${String(error)}`));
    }
  });
}

/** The queues that every Volcano has. */
export async function makeQueues(api: Api): Promise<void> {
  for (const [name, spec] of Object.entries({ root: {}, default: { parent: 'root' } })) {
    const queue = {
      apiVersion: 'scheduling.volcano.sh/v1beta1',
      kind: 'Queue',
      metadata: { name },
      spec: { weight: 1, ...spec }
    };
    await api.apply(pathOf(PATHS.scheduling, undefined, 'queues', name), JSON.stringify(queue));
  }
}
