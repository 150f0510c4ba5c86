import { addIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import { operations, type Dataset, type DatasetVersion } from '@topsdl/contract';
import { datasetIcon, type SectionProps } from '@topsdl/lab';
import {
  pythonThing,
  Section,
  useList,
  useProjectId,
  useTops,
  type Action,
  type Host,
  type RowView,
  type SectionFilter,
  type Tone
} from '@topsdl/ui';
import type { JSX } from 'react';
import { useVersions } from './useVersions.ts';

const { datasets } = operations;

/** How a version's status reads, and its dot. */
export function statusOf(version: DatasetVersion, { trans }: Pick<Host, 'trans'>) {
  const tones: Record<DatasetVersion['status'], Tone> = {
    empty: 'idle',
    importing: 'busy',
    unlabeled: 'wait',
    labeling: 'wait',
    labeled: 'good'
  };
  const words: Record<DatasetVersion['status'], string> = {
    empty: trans.__('empty'),
    importing: trans.__('importing'),
    unlabeled: trans.__('unlabeled'),
    labeling: trans.__('labeling'),
    labeled: trans.__('labeled')
  };
  return { tone: tones[version.status], text: words[version.status] };
}

function useDatasets({ search, mine, visibility, sort, placedBy }: SectionFilter) {
  const projectId = useProjectId();
  const { client } = useTops();
  return useList(
    datasets.list,
    projectId
      ? {
          params: { projectId },
          query: { search, mine, visibility, sort }
        }
      : null,
    {
      watch: [{ kinds: ['dataset', 'dataset-version'] }],
      item: datasetId => client.call(datasets.get, { params: { datasetId } }),
      rowOf: event => (event.kind === 'dataset' ? event.id : event.parentId),
      placedBy
    }
  );
}

/** The section of the sidebar: datasets with their newest versions. */
export default function DatasetSection({ section }: SectionProps): JSX.Element {
  const host = useTops();
  const { trans, registry } = host;
  const versions = useVersions();

  const versionRow = (dataset: Dataset, version: DatasetVersion): RowView => {
    const { tone, text } = statusOf(version, host);
    const { total, labeled } = version.counts;
    const title = trans.__('%1 version %2', dataset.name, version.number);
    return {
      id: version.id,
      label: `v${version.number}`,
      tone,
      stateText: text,
      note: text,
      title,
      ...(total > 0 ? { progress: labeled / total } : {}),
      detail: total > 0 ? `${Math.floor((100 * labeled) / total)} %` : '',
      open: () => registry.open('dataset-version', version.id),
      actions: versions.actions(dataset, version),
      python: pythonThing(host, 'dataset', dataset.name, {
        version: version.number,
        public: dataset.public
      })
    };
  };

  const view = (dataset: Dataset): RowView => {
    const actions: Action[] = versions.mayChange(dataset)
      ? [
          {
            id: 'version',
            label: trans.__('New Empty Version'),
            icon: addIcon,
            inline: true,
            run: () => versions.add(dataset, null)
          },
          {
            id: 'rename',
            label: trans.__('Rename…'),
            icon: editIcon,
            key: 'F2',
            run: () => registry.open('dataset-form', dataset.id)
          },
          {
            id: 'delete',
            label: trans.__('Delete…'),
            icon: deleteIcon,
            danger: true,
            separator: true,
            key: 'Delete',
            enabled: dataset.versionCount === 0,
            why: trans.__('Delete its versions first.'),
            run: () =>
              versions.remove(dataset.name, () =>
                host.client.call(datasets.delete, { params: { datasetId: dataset.id } })
              )
          }
        ]
      : [];
    const older = dataset.versionCount - dataset.versions.length;
    const newest = dataset.versions[0];
    return {
      id: dataset.id,
      label: dataset.name,
      icon: datasetIcon,
      title: dataset.name,
      ...(dataset.public ? { note: trans.__('public') } : {}),
      detail: String(dataset.versionCount),
      ...(newest ? { open: () => registry.open('dataset-version', newest.id) } : {}),
      actions,
      children: dataset.versions.map(version => versionRow(dataset, version)),
      ...(older > 0
        ? {
            more: {
              label: trans._n('%1 older version', '%1 older versions', older),
              open: () => registry.open('dataset-versions', dataset.id)
            }
          }
        : {}),
      python: pythonThing(host, 'dataset', dataset.name, { public: dataset.public })
    };
  };

  return (
    <Section
      section={section}
      useRows={useDatasets}
      view={view}
      shared
      create={
        versions.mayWrite
          ? { label: trans.__('New Dataset'), run: () => registry.open('dataset-form', 'new') }
          : undefined
      }
      purpose={trans.__(
        'A dataset holds images and what people say about them, version by version. Training and notebooks take their data from here.'
      )}
    />
  );
}
