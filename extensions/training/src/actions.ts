import { copyIcon, deleteIcon, refreshIcon, runIcon, stopIcon } from '@jupyterlab/ui-components';
import { operations, type Training, type TrainingRun } from '@topsdl/contract';
import { modelIcon, tensorboardIcon } from '@topsdl/lab';
import { confirm, type Action, type Host } from '@topsdl/ui';
import { isActive } from './states.ts';

const { training } = operations;

/** Runs work and shows its fault: what `useRun` gives. */
export type Run = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** Asks, then deletes. */
async function remove(host: Host, run: Run, name: string, send: () => Promise<void>) {
  const { trans } = host;
  const sure = await confirm(host, {
    title: trans.__('Delete %1?', name),
    text: trans.__('Its logs and what it left in persistent-model go, too.'),
    accept: trans.__('Delete'),
    danger: true
  });
  return sure ? (await run(() => send().then(() => true))) === true : false;
}

/** What can be done with a run. @param onDeleted closes what shows it */
export function runActions(
  host: Host,
  run: Run,
  value: TrainingRun,
  onDeleted?: () => void
): Action[] {
  const { client, commands, registry, trans } = host;
  const params = { runId: value.id };
  const active = isActive(value);
  return [
    {
      id: 'stop',
      label: trans.__('Stop'),
      icon: stopIcon,
      inline: true,
      enabled: active && value.state !== 'stopping',
      why: active ? trans.__('Stop the run') : trans.__('It has ended.'),
      run: () => run(() => client.call(training.stopRun, { params }))
    },
    {
      id: 'resume',
      label: trans.__('Resume'),
      icon: refreshIcon,
      inline: true,
      enabled: !active,
      why: active
        ? trans.__('A run can be resumed once it has ended.')
        : trans.__('Go on from the checkpoint'),
      run: () => run(() => client.call(training.resumeRun, { params }))
    },
    ...(registry.canOpen('tensorboard')
      ? [
          {
            id: 'tensorboard',
            label: 'TensorBoard',
            icon: tensorboardIcon,
            inline: true,
            run: () => commands.execute('topsdl:tensorboard:open', { runId: value.id })
          }
        ]
      : []),
    {
      id: 'definition',
      label: trans.__('All Runs'),
      run: () => registry.open('training', value.trainingId)
    },
    ...(value.modelVersionId === null
      ? []
      : [
          {
            id: 'model',
            label: trans.__('Open the Model'),
            icon: modelIcon,
            inline: true,
            run: () => registry.open('model-version', String(value.modelVersionId))
          }
        ]),
    {
      id: 'delete',
      label: trans.__('Delete…'),
      icon: deleteIcon,
      danger: true,
      separator: true,
      key: 'Delete' as const,
      enabled: !active,
      why: trans.__('Stop it first.'),
      run: async () => {
        if (
          await remove(host, run, value.name, () => client.call(training.deleteRun, { params }))
        ) {
          onDeleted?.();
        }
      }
    }
  ];
}

/** What can be done with a definition. */
export function trainingActions(
  host: Host,
  run: Run,
  value: Training,
  onDeleted?: () => void
): Action[] {
  const { client, registry, trans } = host;
  const params = { trainingId: value.id };
  return [
    {
      id: 'start',
      label: trans.__('Start'),
      icon: runIcon,
      inline: true,
      run: () =>
        run(async () => {
          const started = await client.call(
            training.startRun,
            { params },
            { idempotencyKey: crypto.randomUUID() }
          );
          registry.open('training-run', started.id);
        })
    },
    {
      id: 'copy',
      label: trans.__('Copy…'),
      icon: copyIcon,
      inline: true,
      run: () => registry.open('training-form', `copy-${value.id}`, { args: { from: value.id } })
    },
    {
      id: 'edit',
      label: trans.__('Edit…'),
      key: 'F2' as const,
      run: () => registry.open('training-form', value.id)
    },
    {
      id: 'runs',
      label: trans.__('All Runs'),
      run: () => registry.open('training', value.id)
    },
    {
      id: 'delete',
      label: trans.__('Delete…'),
      icon: deleteIcon,
      danger: true,
      separator: true,
      key: 'Delete' as const,
      enabled: value.runCount === 0,
      why: trans.__('Delete its runs first.'),
      run: async () => {
        if (await remove(host, run, value.name, () => client.call(training.delete, { params }))) {
          onDeleted?.();
        }
      }
    }
  ];
}
