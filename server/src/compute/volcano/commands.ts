import type { ClusterApi } from './client.ts';
import { isApiError } from './apiError.ts';
import type { Contact } from './contact.ts';
import { KINDS } from './kinds.ts';
import { LABELS, MANAGER } from './names.ts';
import type { CommandAction, VolcanoCommand } from './objects.ts';
import type { Run } from './run.ts';

/** Tells the job's controller to do something; one of this kind that it has not taken yet is as good. @throws ApiError */
export async function command(
  api: ClusterApi,
  contact: Contact,
  run: Run,
  action: CommandAction
): Promise<void> {
  const { namespace, name } = run.data;
  const object: VolcanoCommand = {
    apiVersion: 'bus.volcano.sh/v1alpha1',
    kind: 'Command',
    metadata: {
      name: `${name}-${action === 'AbortJob' ? 'stop' : 'end'}`,
      namespace,
      labels: { [LABELS.managedBy]: MANAGER }
    },
    action,
    target: {
      apiVersion: 'batch.volcano.sh/v1alpha1',
      kind: 'Job',
      name,
      uid: (await run.uid()) ?? '',
      controller: true
    }
  };
  try {
    await contact.ask(() => api.create(KINDS.command, object));
  } catch (error) {
    if (!isApiError(error) || !error.conflict) {
      throw error;
    }
  }
}
