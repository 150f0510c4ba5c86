import { operations, type DatasetVersion } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import { datasetIcon } from '@topsdl/lab';
import {
  DetailHeader,
  Dot,
  ErrorState,
  Loaded,
  pythonThing,
  Table,
  TimeAgo,
  useList,
  useQuery,
  useTops,
  type Column
} from '@topsdl/ui';
import { useEffect, type JSX } from 'react';
import { statusOf } from './resource.tsx';
import { useVersions } from './useVersions.ts';

const { datasets } = operations;

/** All versions of a dataset; the panel's id is the dataset's. */
export default function VersionsPanel({ panel, id }: PanelProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans, translation } = host;
  const dataset = useQuery(datasets.get, { params: { datasetId: id } }, [
    { kinds: ['dataset'], id }
  ]);
  const versions = useList(
    datasets.listVersions,
    { params: { datasetId: id }, query: { limit: 200 } },
    {
      watch: [{ kinds: ['dataset-version'], parentId: id }],
      item: versionId => client.call(datasets.getVersion, { params: { versionId } })
    }
  );
  const { actions } = useVersions();
  const name = dataset.data?.name;
  useEffect(() => {
    if (name) {
      panel.setTitle(trans.__('%1 versions', name));
    }
  }, [name, panel, trans]);

  const number = (value: number) => value.toLocaleString(translation.locale);
  const columns: Column<DatasetVersion>[] = [
    { id: 'number', label: trans.__('Version'), cell: version => `v${version.number}` },
    {
      id: 'status',
      label: trans.__('Status'),
      cell: version => {
        const { tone, text } = statusOf(version, host);
        return (
          <>
            <Dot tone={tone} /> {text}
          </>
        );
      }
    },
    {
      id: 'images',
      label: trans.__('Images'),
      align: 'end',
      cell: version => number(version.counts.total)
    },
    {
      id: 'labeled',
      label: trans.__('Labeled'),
      align: 'end',
      cell: version => number(version.counts.labeled)
    },
    { id: 'by', label: trans.__('By'), cell: version => version.createdBy?.name ?? '' },
    {
      id: 'created',
      label: trans.__('Created'),
      cell: version => <TimeAgo time={version.createdAt} />
    }
  ];

  return (
    <Loaded query={dataset}>
      {found => (
        <>
          <DetailHeader icon={datasetIcon} title={found.name} />
          {versions.error !== undefined && (
            <ErrorState error={versions.error} retry={versions.reload} />
          )}
          <Table
            label={trans.__('Versions')}
            columns={columns}
            items={versions.items}
            id={version => version.id}
            open={version => registry.open('dataset-version', version.id)}
            actions={version => actions(found, version)}
            python={({ number }) =>
              pythonThing(host, 'dataset', found.name, { version: number, public: found.public })
            }
            onEnd={versions.more}
          />
        </>
      )}
    </Loaded>
  );
}
