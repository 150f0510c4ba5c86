import '../style/index.css';
import { downloadIcon } from '@jupyterlab/ui-components';
import { operations, type Import } from '@topsdl/contract';
import { datasetIcon, type IPanelHandle } from '@topsdl/lab';
import {
  Button,
  DetailHeader,
  ErrorState,
  Loaded,
  Loading,
  UploadBox,
  useQuery,
  useRun,
  useTops,
  useUploads,
  type WorkControl
} from '@topsdl/ui';
import { useEffect, useState, type JSX } from 'react';
import { ImportReport } from './ImportReport.tsx';
import { packImages } from './packing.ts';

const { datasets } = operations;

/** What the folders of archives mean. */
type Layout = 'auto' | 'class-folders' | 'images';

export interface ImportIntoProps {
  readonly panel: IPanelHandle;
  readonly versionId: string;
  /** Brings the files to begin with. */
  bring?(control: WorkControl): Promise<readonly File[]>;
}

/** Imports archives and images into a version: what is sent, what would become of it, what did. */
export function ImportInto({ panel, versionId, bring }: ImportIntoProps): JSX.Element {
  const version = useQuery(datasets.getVersion, { params: { versionId } }, [
    { kinds: ['dataset-version'], id: versionId }
  ]);
  const datasetId = version.data?.datasetId;
  const dataset = useQuery(datasets.get, datasetId ? { params: { datasetId } } : null);
  return (
    <Loaded query={version}>
      {({ number }) => (
        <Loaded query={dataset}>
          {({ name, projectId }) => (
            <ImportFiles
              panel={panel}
              versionId={versionId}
              title={`${name} v${number}`}
              projectId={projectId}
              bring={bring}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

interface ImportFilesProps {
  readonly panel: IPanelHandle;
  readonly versionId: string;
  /** What the version is called. */
  readonly title: string;
  /** Null where the dataset is public. */
  readonly projectId: string | null;
  readonly bring: ImportIntoProps['bring'];
}

function ImportFiles({ panel, versionId, title, projectId, bring }: ImportFilesProps): JSX.Element {
  const { client, trans, works } = useTops();
  const uploads = useUploads(projectId);
  const [shown, setShown] = useState<Import | null>(null);
  const [format, setFormat] = useState<Layout>('auto');
  const [bringing, setBringing] = useState(bring !== undefined);
  const [failure, setFailure] = useState<unknown>(undefined);
  const { run, running } = useRun();

  useEffect(() => {
    panel.setTitle(trans.__('Import into %1', title));
  }, [title, panel, trans]);

  useEffect(() => {
    if (!bring) {
      return undefined;
    }
    const work = { title: trans.__('Read files'), subject: title };
    let cancel = () => {};
    works
      .run(work, control => {
        cancel = control.cancel;
        return bring(control);
      })
      .then(files => {
        if (files.length === 0) {
          throw new Error(trans.__('There are no archives or images in what was marked.'));
        }
        uploads.add(files);
      })
      .catch(setFailure)
      .finally(() => setBringing(false));
    return () => cancel();
    // Once.
  }, []);

  const layouts: readonly (readonly [Layout, string])[] = [
    ['auto', trans.__('are labels where there are two or more')],
    ['class-folders', trans.__('are labels')],
    ['images', trans.__('are no labels')]
  ];
  const complete = !bringing && uploads.all.length > 0 && uploads.ids.length === uploads.all.length;
  const start = (dryRun: boolean) =>
    run(async () => {
      const started = await client.call(datasets.startImport, {
        params: { versionId },
        body: { uploadIds: [...uploads.ids], dryRun, format }
      });
      setShown(started);
      if (!dryRun) {
        uploads.all.forEach(({ file }) => uploads.remove(file));
      }
    });

  return (
    <div className="topsdl-Import">
      <DetailHeader icon={datasetIcon} title={trans.__('Import into %1', title)} />
      {failure !== undefined && <ErrorState error={failure} />}
      {bringing && <Loading label={trans.__('Reading the files…')} />}
      <UploadBox
        uploads={{ ...uploads, add: files => uploads.add(packImages([...files])) }}
        accept=".zip,.tar,.gz,.tgz,.jpg,.jpeg,.png"
      >
        {trans.__(
          'Drop archives (zip, tar, tar.gz, at most 5 GiB) or images (jpg, jpeg, png) here. Folders become labels; images beside the folders stay unlabeled.'
        )}
      </UploadBox>
      <label className="topsdl-Import-layout">
        {trans.__('Folders')}
        <select
          className="topsdl-Input"
          value={format}
          onChange={event => setFormat(event.target.value as Layout)}
        >
          {layouts.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <div className="topsdl-Import-actions">
        <Button disabled={!complete || running} onClick={() => void start(true)}>
          {trans.__('Look First')}
        </Button>
        <Button
          primary={!shown?.dryRun}
          disabled={!complete || running}
          onClick={() => void start(false)}
        >
          {trans.__('Import')}
        </Button>
        <a
          className="topsdl-Link"
          href={client.url(datasets.sampleArchive, { query: { format: 'class-folders' } })}
          download
        >
          <downloadIcon.react tag="span" width="14px" /> {trans.__('Sample archive')}
        </a>
      </div>
      {shown && (
        <ImportReport
          importId={shown.id}
          onImport={shown.dryRun && complete ? () => void start(false) : undefined}
        />
      )}
    </div>
  );
}
