import type { Api } from '../api.ts';
import { ApiError } from '../api.ts';
import type { Informer } from './informer.ts';
import type { JobController } from './jobs.ts';
import type { Command } from './objects.ts';
import { PATHS, keyOf, pathOf } from './objects.ts';
import { Worker } from './worker.ts';

/** Carries out what people want of jobs. A command is gone before it is carried out, so that it is carried out once. */
export function obeyCommands(api: Api, commands: Informer<Command>, jobs: JobController): void {
  const worker = new Worker<Command>(
    async (_key, command) => {
      const { namespace, name, uid } = command.metadata;
      try {
        await api.delete(pathOf(PATHS.commands, namespace, 'commands', name), uid);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
          return;
        }
        throw error;
      }
      jobs.request(`${namespace}/${command.target?.name}`, {
        uid: command.target?.uid,
        action: command.action
      });
    },
    () => false
  );
  commands.onChange(({ before, now }) => {
    if (now !== undefined && before === undefined && now.target?.kind === 'Job') {
      worker.add(keyOf(now), now);
    }
  });
}
