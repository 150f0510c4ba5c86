import { operations, type TrainingRun } from '@topsdl/contract';
import { trainingIcon, type PanelProps } from '@topsdl/lab';
import {
  type Column,
  DetailHeader,
  Dot,
  Elapsed,
  EmptyState,
  ErrorState,
  Loaded,
  pythonThing,
  Silence,
  speak,
  Table,
  TimeAgo,
  useList,
  useQuery,
  useRun,
  useTops
} from '@topsdl/ui';
import { useEffect, type JSX } from 'react';
import { runActions, trainingActions } from './actions.ts';
import { stateOf } from './states.ts';

const { training } = operations;

/** All runs of a definition; the panel's id is the definition's. */
export default function RunsPanel({ panel, id: trainingId }: PanelProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans, translation } = host;
  const { run } = useRun();
  const definition = useQuery(training.get, { params: { trainingId } }, [
    { kinds: ['training'], id: trainingId },
    { kinds: ['training-run'], parentId: trainingId }
  ]);
  const runs = useList(
    training.listRuns,
    { params: { trainingId }, query: { limit: 100 } },
    {
      watch: [{ kinds: ['training-run'], parentId: trainingId }],
      item: runId => client.call(training.getRun, { params: { runId } })
    }
  );
  const name = definition.data?.name;
  useEffect(() => {
    if (name) {
      panel.setTitle(name);
    }
  }, [name, panel]);

  const columns: Column<TrainingRun>[] = [
    { id: 'number', label: trans.__('Run'), width: '60px', cell: value => value.number },
    {
      id: 'state',
      label: trans.__('State'),
      width: 'minmax(90px, 140px)',
      cell: value => {
        const { tone, text } = stateOf(value.state, host);
        return (
          <>
            <Dot tone={tone} /> {text}
          </>
        );
      }
    },
    {
      id: 'elapsed',
      label: trans.__('Elapsed'),
      width: '72px',
      cell: value => value.startedAt && <Elapsed from={value.startedAt} to={value.endedAt} />
    },
    {
      id: 'attempt',
      label: trans.__('Attempt'),
      width: '60px',
      align: 'end',
      cell: value => value.attempt
    },
    {
      id: 'reason',
      label: trans.__('Reason'),
      width: 'minmax(90px, 3fr)',
      cell: ({ reason }) => reason && speak(translation, reason.code, reason.params, reason.detail)
    },
    {
      id: 'by',
      label: trans.__('By'),
      width: 'minmax(60px, 1fr)',
      cell: value => value.createdBy?.name ?? ''
    },
    {
      id: 'created',
      label: trans.__('Created'),
      width: 'minmax(84px, 1fr)',
      cell: value => <TimeAgo time={value.createdAt} />
    }
  ];

  return (
    <Loaded query={definition}>
      {found => (
        <div className="topsdl-Run">
          <DetailHeader
            icon={trainingIcon}
            title={found.name}
            facts={`${found.nodes} × ${found.specName}`}
            actions={trainingActions(host, run, found, () => panel.close())}
          />
          <Silence />
          {runs.error !== undefined && <ErrorState error={runs.error} retry={runs.reload} />}
          {runs.items.length === 0 && !runs.loading ? (
            <EmptyState>{trans.__('It has not been run yet.')}</EmptyState>
          ) : (
            <Table
              label={trans.__('Runs')}
              columns={columns}
              items={runs.items}
              id={value => value.id}
              open={value => registry.open('training-run', value.id)}
              actions={value => runActions(host, run, value)}
              python={({ number }) => pythonThing(host, 'run', found.name, { number })}
              onEnd={runs.more}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}
