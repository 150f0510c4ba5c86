import '../style/index.css';
import { operations, type TrainingRun } from '@topsdl/contract';
import { trainingIcon, type PanelProps } from '@topsdl/lab';
import {
  DetailHeader,
  Elapsed,
  Loaded,
  LogsView,
  Notice,
  operationLog,
  Silence,
  speak,
  Tabs,
  TimeAgo,
  useQuery,
  useRun,
  useTops
} from '@topsdl/ui';
import { useEffect, useMemo, type JSX } from 'react';
import { runActions } from './actions.ts';
import { Configuration } from './Configuration.tsx';
import { EventList } from './EventList.tsx';
import { Metrics } from './Metrics.tsx';
import { Monitoring } from './Monitoring.tsx';
import { RunFiles } from './RunFiles.tsx';
import { SaveModel } from './SaveModel.tsx';
import { isActive, progressOf, stateOf } from './states.ts';
import { Waiting } from './Waiting.tsx';

const { training } = operations;

/** One run of a training: the panel's id is the run's. */
export default function RunPanel({ panel, id: runId }: PanelProps): JSX.Element {
  const query = useQuery(training.getRun, { params: { runId } }, [
    { kinds: ['training-run'], id: runId }
  ]);
  const title = query.data?.name;
  useEffect(() => {
    if (title) {
      panel.setTitle(title);
    }
  }, [title, panel]);
  return (
    <Loaded query={query}>{value => <Run value={value} onDeleted={() => panel.close()} />}</Loaded>
  );
}

function Run({ value, onDeleted }: { value: TrainingRun; onDeleted: () => void }): JSX.Element {
  const host = useTops();
  const { client, trans, translation } = host;
  const { run } = useRun();
  const params = useMemo(() => ({ runId: value.id }), [value.id]);
  const { tone, text } = stateOf(value.state, host);
  const active = isActive(value);
  // A resumed run writes on: its log is another one for whoever looks.
  const log = useMemo(
    () =>
      operationLog(host, {
        operation: training.logs,
        params,
        topic: `training.logs:${value.id}`,
        download: node =>
          client.url(training.logContent, { params, query: node === null ? {} : { node } })
      }),
    [host, client, params, value.attempt]
  );

  return (
    <div className="topsdl-Run">
      <DetailHeader
        icon={trainingIcon}
        title={value.name}
        state={{ tone, text }}
        progress={progressOf(value)}
        facts={
          <>
            {value.startedAt ? (
              <Elapsed from={value.startedAt} to={value.endedAt} />
            ) : (
              <TimeAgo time={value.createdAt} />
            )}
            {value.createdBy && ` · ${trans.__('by %1', value.createdBy.name)}`}
            {value.nodes.length > 0 && ` · ${trans._n('%1 node', '%1 nodes', value.nodes.length)}`}
            {value.attempt > 1 && ` · ${trans.__('attempt %1', value.attempt)}`}
          </>
        }
        actions={runActions(host, run, value, onDeleted)}
      />
      {active && <Silence />}
      {value.reason && value.state !== 'completed' && (
        <Notice tone={tone === 'bad' ? 'bad' : 'wait'}>
          {speak(translation, value.reason.code, value.reason.params, value.reason.detail)}
        </Notice>
      )}
      {value.waiting && <Waiting waiting={value.waiting} />}
      {(value.state === 'stopped' || value.state === 'failed') && value.modelVersionId === null && (
        <SaveModel run={value} />
      )}
      <Tabs
        memory="training-run"
        label={trans.__('Parts of the run')}
        first="logs"
        tabs={[
          {
            id: 'configuration',
            label: trans.__('Configuration'),
            render: () => <Configuration run={value} />
          },
          {
            id: 'logs',
            label: trans.__('Logs'),
            render: () => <LogsView label={trans.__('Logs')} source={log} />
          },
          {
            id: 'monitoring',
            label: trans.__('Monitoring'),
            render: () => <Monitoring runId={value.id} active={active} />
          },
          { id: 'events', label: trans.__('Events'), render: () => <EventList run={value} /> },
          { id: 'metrics', label: trans.__('Metrics'), render: () => <Metrics run={value} /> },
          { id: 'files', label: trans.__('Files'), render: () => <RunFiles run={value} /> }
        ]}
      />
    </div>
  );
}
