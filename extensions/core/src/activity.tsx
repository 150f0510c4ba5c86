import { closeIcon, fileIcon } from '@jupyterlab/ui-components';
import { operations, type Task } from '@topsdl/contract';
import { activityIcon, formatNumber, type ITopsTranslation } from '@topsdl/lab';
import {
  Button,
  DetailHeader,
  Elapsed,
  EmptyState,
  ErrorState,
  Loading,
  ProgressBar,
  Segments,
  SideSheet,
  speak,
  Table,
  TimeAgo,
  useList,
  usePageWorks,
  useProjectId,
  useRun,
  useTops,
  type Column,
  type Tone
} from '@topsdl/ui';
import { useEffect, useState, type JSX } from 'react';

const TONES: Readonly<Record<Task['state'], Tone>> = {
  queued: 'wait',
  running: 'busy',
  completed: 'good',
  failed: 'bad',
  cancelled: 'idle'
};
const WATCH = [{ kinds: ['task' as const] }];

/** All long work of the project: progress, log, cancel. */
export default function Activity(): JSX.Element {
  const { client, registry, trans, translation } = useTops();
  const projectId = useProjectId();
  const [state, setState] = useState<'all' | 'active' | 'ended'>('all');
  const [logOf, setLogOf] = useState<Task | null>(null);
  const { run } = useRun();
  const list = useList(
    operations.tasks.list,
    projectId ? { params: { projectId }, query: state === 'all' ? {} : { state } } : null,
    {
      watch: WATCH,
      item: taskId => client.call(operations.tasks.get, { params: { taskId } })
    }
  );
  const active = (task: Task) => task.state === 'queued' || task.state === 'running';
  const cancel = (task: Task) =>
    run(() => client.call(operations.tasks.cancel, { params: { taskId: task.id } }));
  const actionsOf = (task: Task) => [
    { id: 'log', label: trans.__('Log'), icon: fileIcon, run: () => setLogOf(task) },
    {
      id: 'cancel',
      label: trans.__('Cancel'),
      icon: closeIcon,
      enabled: active(task),
      key: 'Delete' as const,
      run: () => cancel(task)
    }
  ];
  const states: Readonly<Record<Task['state'], string>> = {
    queued: trans.__('Queued'),
    running: trans.__('Running'),
    completed: trans.__('Completed'),
    failed: trans.__('Failed'),
    cancelled: trans.__('Cancelled')
  };
  const columns: readonly Column<Task>[] = [
    {
      id: 'work',
      label: trans.__('Work'),
      width: 'minmax(96px, 1fr)',
      cell: task => registry.taskTitle(task.kind)
    },
    {
      id: 'subject',
      label: trans._p('work', 'On'),
      width: 'minmax(96px, 1fr)',
      cell: ({ subject }) =>
        registry.canOpen(subject.kind) ? (
          <button
            type="button"
            className="topsdl-Link"
            onClick={() => registry.open(subject.kind, subject.id)}
          >
            {subject.name}
          </button>
        ) : (
          subject.name
        )
    },
    {
      id: 'state',
      label: trans.__('State'),
      width: 'minmax(100px, 2fr)',
      cell: task =>
        task.state === 'running' ? (
          <span className="topsdl-Inline">
            <ProgressBar share={task.total ? task.done / task.total : null} />
            {task.total
              ? `${formatNumber(task.done, translation.locale)} / ${formatNumber(task.total, translation.locale)}`
              : (task.step ?? states.running)}
          </span>
        ) : (
          <span className="topsdl-Inline" title={task.problem?.detail}>
            <span className={`topsdl-Dot topsdl-mod-${TONES[task.state]}`} aria-hidden="true" />
            {states[task.state]}
            {task.problem && (
              <span className="topsdl-mod-muted">
                {speak(translation, task.problem.code, task.problem.params, task.problem.detail)}
              </span>
            )}
          </span>
        )
    },
    {
      id: 'by',
      label: trans.__('By'),
      width: 'minmax(60px, 120px)',
      cell: task => task.createdBy?.name ?? ''
    },
    {
      id: 'took',
      label: trans.__('Took'),
      width: '56px',
      align: 'end',
      cell: task => (task.startedAt ? <Elapsed from={task.startedAt} to={task.endedAt} /> : '')
    },
    {
      id: 'when',
      label: trans.__('Begun'),
      width: '84px',
      align: 'end',
      cell: task => <TimeAgo time={task.createdAt} />
    },
    {
      id: 'actions',
      label: '',
      width: '60px',
      align: 'end',
      cell: task => (
        <>
          {active(task) && (
            <Button
              minimal
              icon={closeIcon}
              label={trans.__('Cancel')}
              onClick={() => void cancel(task)}
            />
          )}
          <Button minimal icon={fileIcon} label={trans.__('Log')} onClick={() => setLogOf(task)} />
        </>
      )
    }
  ];

  return (
    <div className="topsdl-PanelBody topsdl-mod-sheets">
      <DetailHeader
        icon={activityIcon}
        title={trans.__('Activity')}
        facts={trans.__('Long work of the project')}
      >
        <Segments
          label={trans.__('Which are shown')}
          value={state}
          onChange={setState}
          options={[
            { value: 'all', label: trans.__('All') },
            { value: 'active', label: trans.__('Running') },
            { value: 'ended', label: trans._p('tasks', 'Ended') }
          ]}
        />
      </DetailHeader>
      <InThisPage />
      {list.error !== undefined && <ErrorState error={list.error} retry={list.reload} />}
      {list.items.length > 0 ? (
        <Table
          label={trans.__('Activity')}
          columns={columns}
          items={list.items}
          id={task => task.id}
          actions={actionsOf}
          open={setLogOf}
          onEnd={list.more}
        />
      ) : list.loading ? (
        <Loading />
      ) : (
        list.error === undefined && (
          <EmptyState>
            {trans.__(
              'Imports, exports and training data that are being made show here, with their progress and their log.'
            )}
          </EmptyState>
        )
      )}
      {logOf && (
        <SideSheet title={trans.__('Log of %1', logOf.subject.name)} onClose={() => setLogOf(null)}>
          <TaskLog task={list.items.find(({ id }) => id === logOf.id) ?? logOf} />
        </SideSheet>
      )}
    </div>
  );
}

/** What the page is doing itself: it ends with the page, and nobody else sees it. */
function InThisPage(): JSX.Element | null {
  const { trans } = useTops();
  const works = usePageWorks();
  if (works.length === 0) {
    return null;
  }
  return (
    <Table
      whole
      label={trans.__('In this page')}
      items={works}
      id={({ id }) => String(id)}
      actions={({ cancel }) => [{ id: 'cancel', label: trans.__('Cancel'), run: cancel }]}
      columns={[
        {
          id: 'work',
          label: trans.__('In this page'),
          width: 'minmax(140px, 1fr)',
          cell: ({ title }) => title
        },
        {
          id: 'subject',
          label: trans._p('work', 'On'),
          width: 'minmax(120px, 1fr)',
          cell: ({ subject }) => subject
        },
        {
          id: 'progress',
          label: trans.__('State'),
          width: 'minmax(160px, 2fr)',
          cell: ({ share }) => <ProgressBar share={share} />
        },
        {
          id: 'actions',
          label: '',
          width: '72px',
          align: 'end',
          cell: ({ cancel }) => (
            <Button minimal icon={closeIcon} label={trans.__('Cancel')} onClick={cancel} />
          )
        }
      ]}
    />
  );
}

/** The log as text; asked for anew as the task moves on. */
function TaskLog({ task }: { task: Task }): JSX.Element {
  const { client, translation } = useTops();
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => {
    let current = true;
    client
      .raw(operations.tasks.log, { params: { taskId: task.id } })
      .then(response => response.text())
      .then(
        log => current && setText(inLocalTime(log, translation)),
        (failure: unknown) => current && setError(failure)
      );
    return () => {
      current = false;
    };
  }, [client, task, translation]);
  return error !== undefined ? (
    <ErrorState error={error} />
  ) : text === null ? (
    <Loading />
  ) : (
    <pre className="topsdl-Text" tabIndex={0}>
      {text}
    </pre>
  );
}

/** The times that lines begin with, as the reader's clock shows them. */
function inLocalTime(log: string, { locale }: Pick<ITopsTranslation, 'locale'>): string {
  const clock = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium' });
  return log.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z/gm, time => clock.format(new Date(time)));
}
