import { operations, type Training, type TrainingRun } from '@topsdl/contract';
import type { SectionProps } from '@topsdl/lab';
import {
  Elapsed,
  pythonThing,
  Section,
  speak,
  TimeAgo,
  useList,
  useMay,
  useProjectId,
  useRun,
  useTops,
  type Host,
  type RowView,
  type SectionFilter
} from '@topsdl/ui';
import type { JSX } from 'react';
import { runActions, trainingActions, type Run } from './actions.ts';
import { isActive, progressOf, stateOf } from './states.ts';

const { training } = operations;

function useTraining({ search, mine, sort, placedBy }: SectionFilter) {
  const projectId = useProjectId();
  const { client } = useTops();
  return useList(
    training.list,
    projectId ? { params: { projectId }, query: { search, mine, sort } } : null,
    {
      watch: [{ kinds: ['training', 'training-run'] }],
      item: trainingId => client.call(training.get, { params: { trainingId } }),
      rowOf: event => (event.kind === 'training' ? event.id : event.parentId),
      placedBy
    }
  );
}

/** A run as a row: number, what it is doing, how long. */
function runRow(host: Host, run: Run, training: Training, value: TrainingRun): RowView {
  const { registry } = host;
  const { tone, text } = stateOf(value.state, host);
  const progress = progressOf(value);
  const { reason } = value;
  const note =
    reason && !isActive(value)
      ? speak(host.translation, reason.code, reason.params, reason.detail)
      : undefined;
  return {
    id: value.id,
    label: String(value.number),
    tone,
    stateText: text,
    note: note ?? text,
    title: [value.name, text, note].filter(Boolean).join('\n'),
    ...(progress === undefined ? {} : { progress }),
    detail: value.startedAt ? (
      <Elapsed from={value.startedAt} to={value.endedAt} />
    ) : (
      <TimeAgo time={value.createdAt} />
    ),
    open: () => registry.open('training-run', value.id),
    actions: runActions(host, run, value),
    python: pythonThing(host, 'run', training.name, { number: value.number })
  };
}

/** The section of the sidebar: definitions with their newest runs. */
export default function TrainingSection({ section }: SectionProps): JSX.Element {
  const host = useTops();
  const { trans, registry } = host;
  const { run } = useRun();
  const mayWrite = useMay('platform', 'admin');

  const view = (value: Training): RowView => {
    const newest = value.runs[0];
    const state = newest && stateOf(newest.state, host);
    const older = value.runCount - value.runs.length;
    return {
      id: value.id,
      label: value.name,
      ...(state ? { tone: state.tone, stateText: state.text } : { tone: 'idle' }),
      detail: `${value.nodes} × ${value.specName}`,
      title: value.command,
      open: () =>
        newest ? registry.open('training-run', newest.id) : registry.open('training', value.id),
      actions: trainingActions(host, run, value),
      children: value.runs.map(entry => runRow(host, run, value, entry)),
      ...(older > 0
        ? {
            more: {
              label: trans._n('%1 earlier run', '%1 earlier runs', older),
              open: () => registry.open('training', value.id)
            }
          }
        : {}),
      python: pythonThing(host, 'run', value.name)
    };
  };

  return (
    <Section
      section={section}
      useRows={useTraining}
      view={view}
      create={
        mayWrite
          ? { label: trans.__('New Training'), run: () => registry.open('training-form', 'new') }
          : undefined
      }
      purpose={trans.__(
        'A training says what to run, on which data, on how many nodes. Each run keeps its logs, curves and model.'
      )}
    />
  );
}
