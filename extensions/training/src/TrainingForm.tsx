import '../style/index.css';
import { operations, type ComputeSpec, type Training } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import {
  Form,
  Loaded,
  reportError,
  useProjectId,
  useQuery,
  useTops,
  type Values
} from '@topsdl/ui';
import { useMemo, type JSX } from 'react';
import { chosenOf, mountSearches } from './choices.ts';
import { QuotaAside } from './QuotaAside.tsx';

const { training } = operations;

/**
 * Creates, copies or edits a training definition. The panel's id is `new` or the definition's; its
 * argument `from` names a definition to copy.
 */
export default function TrainingForm(props: PanelProps): JSX.Element {
  const from = props.args['from'];
  const known = props.id === 'new' ? null : typeof from === 'string' ? from : props.id;
  return known === null ? (
    <Body {...props} />
  ) : (
    <WithDefinition {...props} trainingId={known} copy={typeof from === 'string'} />
  );
}

function WithDefinition(props: PanelProps & { trainingId: string; copy: boolean }): JSX.Element {
  const query = useQuery(training.get, { params: { trainingId: props.trainingId } });
  return (
    <Loaded query={query}>
      {found => <Body {...props} definition={found} copy={props.copy} />}
    </Loaded>
  );
}

function valuesOf(definition: Training): Values {
  return {
    name: definition.name,
    datasetVersionIds: definition.datasets.map(({ versionId }) => versionId),
    algorithmVersionIds: definition.algorithms.map(({ versionId }) => versionId),
    modelVersionIds: definition.models.map(({ versionId }) => versionId),
    specId: definition.specId,
    command: definition.command,
    environment: definition.environment,
    nodes: definition.nodes,
    graceSeconds: definition.graceSeconds,
    saveModelSetId: definition.saveModelSetId
  };
}

function Body(props: PanelProps & { definition?: Training; copy?: boolean }): JSX.Element {
  const { panel, definition, copy } = props;
  const host = useTops();
  const { client, registry, trans } = host;
  const projectId = useProjectId();
  const search = useMemo(() => mountSearches(host, projectId), [host, projectId]);
  const edited = definition && !copy ? definition : undefined;
  const values = definition && valuesOf(definition);

  const hints = {
    name: { label: trans.__('Name') },
    datasetVersionIds: {
      label: trans.__('Data'),
      search: search.datasets,
      chosen: chosenOf(definition?.datasets ?? []),
      help: trans.__('At /workspace/dataset/<name>, read-only.')
    },
    algorithmVersionIds: {
      label: trans.__('Algorithms'),
      search: search.algorithms,
      chosen: chosenOf(definition?.algorithms ?? []),
      help: trans.__('At /workspace/algorithm/<name>.')
    },
    image: {
      label: trans._p('container', 'Image'),
      initial: 'host',
      options: [{ value: 'host', label: trans.__('host, this machine and its Python') }]
    },
    specId: {
      label: trans.__('Compute spec'),
      widget: 'spec' as const,
      wide: true,
      remember: true
    },
    nodes: {
      label: trans.__('Nodes'),
      initial: 1,
      remember: true,
      help: trans.__('A master and the others as workers, named in /etc/volcano/worker.host.')
    },
    command: {
      label: trans.__('Command'),
      widget: 'command' as const,
      wide: true,
      placeholder:
        'mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -np 2 python3 /workspace/algorithm/…/train.py'
    },
    saveModelSetId: {
      label: trans.__('Save the model to'),
      search: search.modelSets,
      chosen: definition?.saveModelSetId
        ? [{ value: definition.saveModelSetId, label: definition.saveModelSetName ?? '' }]
        : [],
      none: trans.__('do not save'),
      help: trans.__('What is in /workspace/persistent-model becomes a new version.')
    },
    modelVersionIds: {
      label: trans.__('Models to continue from'),
      search: search.models,
      chosen: chosenOf(definition?.models ?? [])
    },
    environment: { label: trans.__('Environment variables'), widget: 'pairs' as const, wide: true },
    graceSeconds: {
      label: trans.__('Grace'),
      unit: trans.__('seconds'),
      initial: 10,
      help: trans.__('Between the signal to stop and the end of everything.')
    }
  };

  const submits = edited
    ? [{ id: 'save', label: trans.__('Save') }]
    : [
        { id: 'create', label: trans.__('Create') },
        { id: 'start', label: trans.__('Create and Start') }
      ];

  return (
    <Form<Training>
      operation={edited ? training.update : training.create}
      title={edited ? trans.__('Edit Training') : trans.__('New Training')}
      note={edited?.name}
      hints={hints}
      edits={edited && values}
      initial={edited ? undefined : values && { ...values, name: '' }}
      {...(edited || copy ? {} : { memory: 'training' })}
      submits={submits}
      submit={body =>
        edited
          ? client.call(training.update, { params: { trainingId: edited.id }, body })
          : client.call(training.create, { params: { projectId }, body: body as never })
      }
      onDone={(made, id) => {
        panel.close();
        if (id === 'start') {
          void client
            .call(
              training.startRun,
              { params: { trainingId: made.id } },
              { idempotencyKey: crypto.randomUUID() }
            )
            .then(
              run => registry.open('training-run', run.id),
              (error: unknown) => reportError(host, error)
            );
        }
      }}
      panel={panel}
      params={edited ? { trainingId: edited.id } : {}}
      aside={current => (
        <QuotaAside
          specId={current['specId'] as ComputeSpec['id'] | undefined}
          nodes={Number(current['nodes'] ?? 1)}
        />
      )}
    />
  );
}
