import '../style/index.css';
import { downloadIcon } from '@jupyterlab/ui-components';
import { operations, type Export, type TrainingData } from '@topsdl/contract';
import { datasetIcon, formatBytes, type PanelProps } from '@topsdl/lab';
import {
  Badge,
  Button,
  DetailHeader,
  Form,
  Loaded,
  speak,
  Table,
  TimeAgo,
  useList,
  useQuery,
  useTops,
  type Column,
  type Tone
} from '@topsdl/ui';
import { useEffect, type JSX } from 'react';
import { TaskProgress } from './TaskProgress.tsx';

const { datasets } = operations;

/** Exports and training data of a version; the panel's id is the version's. */
export default function OutputPanel({ panel, id: versionId }: PanelProps): JSX.Element {
  const { trans } = useTops();
  const version = useQuery(datasets.getVersion, { params: { versionId } }, [
    { kinds: ['dataset-version'], id: versionId }
  ]);
  const datasetId = version.data?.datasetId;
  const dataset = useQuery(datasets.get, datasetId ? { params: { datasetId } } : null);
  const title = dataset.data && version.data && `${dataset.data.name} v${version.data.number}`;
  useEffect(() => {
    if (title) {
      panel.setTitle(trans.__('Export of %1', title));
    }
  }, [title, panel, trans]);
  return (
    <Loaded query={version}>
      {() => (
        <div className="topsdl-Output">
          <DetailHeader icon={datasetIcon} title={title ?? ''} />
          <TrainingDataPart versionId={versionId} />
          <ExportPart versionId={versionId} />
        </div>
      )}
    </Loaded>
  );
}

function TrainingDataPart({ versionId }: { versionId: string }): JSX.Element {
  const { client, trans } = useTops();
  const state = useQuery(datasets.trainingData, { params: { versionId } }, [
    { kinds: ['dataset-version'], id: versionId },
    { kinds: ['task'] }
  ]);
  return (
    <section aria-label={trans.__('Training data')}>
      <h2>{trans.__('Training data')}</h2>
      <p className="topsdl-mod-muted">
        {trans.__(
          'A seeded, stratified split into a training and a test part, as label files and TFRecords. The same seed gives the same bytes.'
        )}
      </p>
      <Loaded query={state}>
        {data => (
          <>
            <Form<TrainingData>
              operation={datasets.startTrainingData}
              params={{ versionId }}
              title={trans.__('Generate')}
              initial={{ seed: data.seed, testShare: data.testShare }}
              hints={{
                seed: { label: trans.__('Seed') },
                testShare: {
                  label: trans.__('Share of the test part'),
                  help: trans.__('With fewer than 10 labeled images there is no test part.')
                }
              }}
              submits={[{ id: 'generate', label: trans.__('Generate Training Data') }]}
              submit={body =>
                client.call(datasets.startTrainingData, {
                  params: { versionId },
                  body: body as { seed?: number; testShare?: number }
                })
              }
              onDone={state.reload}
            />
            <TrainingDataState versionId={versionId} data={data} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function TrainingDataState({ versionId, data }: { versionId: string; data: TrainingData }) {
  const { client, trans, translation } = useTops();
  if (data.state === 'none') {
    return null;
  }
  if (data.state === 'generating') {
    return data.task && <TaskProgress task={data.task} />;
  }
  const problem = data.task?.problem;
  if (data.state !== 'generated') {
    return (
      <p role="alert" className="topsdl-mod-bad">
        {problem
          ? speak(translation, problem.code, problem.params, problem.detail)
          : trans.__('Cancelled.')}
      </p>
    );
  }
  const columns: Column<TrainingData['files'][number]>[] = [
    {
      id: 'path',
      label: trans.__('File'),
      cell: file => (
        <a
          className="topsdl-Link"
          download
          href={client.url(datasets.trainingDataContent, {
            params: { versionId },
            query: { path: file.path }
          })}
        >
          {file.path}
        </a>
      )
    },
    {
      id: 'bytes',
      label: trans.__('Size'),
      align: 'end',
      width: '120px',
      cell: file => formatBytes(file.bytes, translation.locale)
    }
  ];
  return (
    <>
      <p>
        {trans.__('%1 images to train on, %2 to test with.', data.train, data.test)}{' '}
        {data.stale && <Badge tone="wait">{trans.__('The version has changed since.')}</Badge>}{' '}
        <a
          className="topsdl-Link"
          download
          href={client.url(datasets.trainingDataContent, { params: { versionId } })}
        >
          <downloadIcon.react tag="span" width="14px" /> {trans.__('Download all')}
        </a>
      </p>
      <Table
        whole
        label={trans.__('Files')}
        columns={columns}
        items={data.files}
        id={file => file.path}
      />
    </>
  );
}

function ExportPart({ versionId }: { versionId: string }): JSX.Element {
  const { client, trans, translation } = useTops();
  const list = useList(
    datasets.listExports,
    { params: { versionId }, query: { limit: 50 } },
    { watch: [{ kinds: ['task'] }, { kinds: ['dataset-version'], id: versionId }] }
  );
  const states: Record<Export['state'], { tone: Tone; text: string }> = {
    generating: { tone: 'busy', text: trans.__('generating') },
    generated: { tone: 'good', text: trans.__('generated') },
    failed: { tone: 'bad', text: trans.__('failed') },
    cancelled: { tone: 'idle', text: trans.__('cancelled') }
  };
  const columns: Column<Export>[] = [
    {
      id: 'format',
      label: trans.__('Format'),
      cell: entry =>
        `${entry.format === 'topsdl' ? 'TopsDL JSON' : trans.__('Class folders')}${entry.withData ? trans.__(', with data') : ''}`
    },
    {
      id: 'state',
      label: trans.__('State'),
      cell: entry => (
        <>
          <Badge tone={states[entry.state].tone}>{states[entry.state].text}</Badge>
          {entry.stale && ` ${trans.__('old')}`}
        </>
      )
    },
    {
      id: 'bytes',
      label: trans.__('Size'),
      align: 'end',
      cell: entry => (entry.bytes === null ? '' : formatBytes(entry.bytes, translation.locale))
    },
    {
      id: 'created',
      label: trans.__('Created'),
      cell: entry => <TimeAgo time={entry.createdAt} />
    },
    {
      id: 'download',
      label: '',
      width: '120px',
      cell: entry =>
        entry.state === 'generated' ? (
          <a
            className="topsdl-Link"
            download={entry.fileName}
            href={client.url(datasets.exportContent, { params: { exportId: entry.id } })}
          >
            {trans.__('Download')}
          </a>
        ) : (
          <Button disabled minimal>
            {trans.__('Download')}
          </Button>
        )
    }
  ];
  return (
    <section aria-label={trans.__('Exports')}>
      <h2>{trans.__('Exports')}</h2>
      <Form<Export>
        operation={datasets.startExport}
        params={{ versionId }}
        title={trans.__('Export')}
        initial={{ format: 'topsdl', withData: true }}
        hints={{
          format: {
            label: trans.__('Format'),
            options: [
              { value: 'topsdl', label: 'TopsDL JSON' },
              { value: 'class-folders', label: trans.__('Class folders') }
            ]
          },
          withData: { label: trans.__('With data') },
          regenerate: {
            label: trans.__('Make again'),
            help: trans.__('Though a fresh one of this kind is there.')
          }
        }}
        submits={[{ id: 'export', label: trans.__('Export') }]}
        submit={body =>
          client.call(datasets.startExport, { params: { versionId }, body: body as never })
        }
        onDone={list.reload}
      />
      {list.items
        .filter(({ state }) => state === 'generating')
        .map(({ id, task }) => (
          <TaskProgress key={id} task={task} />
        ))}
      {list.items.length > 0 && (
        <Table
          whole
          label={trans.__('Exports')}
          columns={columns}
          items={list.items}
          id={entry => entry.id}
        />
      )}
    </section>
  );
}
