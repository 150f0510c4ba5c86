import { ProblemError } from '@topsdl/client';
import { operations, type TensorBoard } from '@topsdl/contract';
import { tensorboardIcon, type PanelProps } from '@topsdl/lab';
import {
  Button,
  DetailHeader,
  EmptyState,
  ErrorState,
  Frame,
  Loading,
  Silence,
  speak,
  useQuery,
  useRun,
  useTops
} from '@topsdl/ui';
import { useEffect, useRef, useState, type JSX } from 'react';

const { tensorboard, training } = operations;

/** A run's TensorBoard: the panel's id is the run's. Opening the panel starts it. */
export default function TensorBoardPanel({ panel, id: runId }: PanelProps): JSX.Element {
  const { client, trans } = useTops();
  const run = useQuery(training.getRun, { params: { runId } });
  const board = useQuery(tensorboard.find, { params: { runId } }, [{ kinds: ['tensorboard'] }]);
  const work = useRun();
  const asked = useRef(false);
  const [refused, setRefused] = useState(false);
  const missing = board.error instanceof ProblemError && board.error.status === 404;
  const { reload } = board;

  const start = async () => {
    setRefused(false);
    const started = await work.run(() => client.call(tensorboard.create, { params: { runId } }));
    setRefused(started === undefined);
    reload();
  };

  useEffect(() => {
    if (missing && !asked.current) {
      asked.current = true;
      void start();
    }
  });

  const title = run.data && trans.__('TensorBoard of %1', run.data.name);
  useEffect(() => {
    if (title) {
      panel.setTitle(title);
    }
  }, [title, panel]);

  const stop = (value: TensorBoard) =>
    work.run(async () => {
      await client.call(tensorboard.stop, { params: { tensorboardId: value.id } });
      panel.close();
    });

  const { data } = board;
  if (!data && missing && refused) {
    return (
      <EmptyState action={<Button onClick={() => void start()}>{trans.__('Start Again')}</Button>}>
        {trans.__('TensorBoard could not be started.')}
      </EmptyState>
    );
  }
  if (!data) {
    return board.error !== undefined && !missing ? (
      <ErrorState error={board.error} retry={reload} />
    ) : (
      <Loading label={trans.__('Starting TensorBoard…')} />
    );
  }
  return (
    <div className="topsdl-PanelBody">
      <DetailHeader
        icon={tensorboardIcon}
        title={title ?? 'TensorBoard'}
        actions={[
          {
            id: 'stop',
            label: trans.__('Stop'),
            inline: true,
            enabled: data.state === 'running' || data.state === 'starting',
            run: () => stop(data)
          }
        ]}
      />
      <Silence />
      <Board value={data} start={() => void start()} />
    </div>
  );
}

function Board({ value, start }: { value: TensorBoard; start(): void }): JSX.Element {
  const { client, trans, translation } = useTops();
  const { reason } = value;
  switch (value.state) {
    case 'starting':
      return <Loading label={trans.__('Starting TensorBoard…')} />;
    case 'running':
      return (
        <Frame
          sameOrigin
          title="TensorBoard"
          src={`${client.baseUrl}${value.path.replace(/^\//, '')}`}
        />
      );
    case 'stopped':
    case 'failed':
      return (
        <EmptyState action={<Button onClick={start}>{trans.__('Start Again')}</Button>}>
          {reason
            ? speak(translation, reason.code, reason.params, reason.detail)
            : trans.__('TensorBoard was stopped.')}
        </EmptyState>
      );
  }
}
