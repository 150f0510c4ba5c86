import { addIcon, deleteIcon, downloadIcon, fileUploadIcon } from '@jupyterlab/ui-components';
import { operations, type Dataset, type DatasetVersion } from '@topsdl/contract';
import { datasetIcon } from '@topsdl/lab';
import { confirmDelete, useMay, useRun, useTops, type Action } from '@topsdl/ui';

const { datasets } = operations;

/** What one can do with datasets and their versions, the same wherever they are shown. */
export function useVersions() {
  const host = useTops();
  const { client, registry, trans } = host;
  const { run } = useRun();
  const mayWrite = useMay('data', 'admin');
  const isAdmin = useMay('admin');

  const mayChange = (dataset: Dataset) => (dataset.public ? isAdmin : mayWrite);

  /** Adds a version, empty or from another, and opens it. */
  const add = (dataset: Dataset, baseVersionId: string | null) =>
    run(async () => {
      const version = await client.call(datasets.createVersion, {
        params: { datasetId: dataset.id },
        body: { baseVersionId }
      });
      registry.open('dataset-version', version.id);
    });

  /** Deletes something once one has said so. */
  const remove = async (name: string, send: () => Promise<void>) => {
    if (await confirmDelete(host, name)) {
      await run(send);
    }
  };

  const actions = (dataset: Dataset, version: DatasetVersion): Action[] => {
    const open: Action = {
      id: 'open',
      label: trans.__('Open'),
      icon: datasetIcon,
      run: () => registry.open('dataset-version', version.id)
    };
    const output: Action = {
      id: 'output',
      label: trans.__('Export and Training Data…'),
      icon: downloadIcon,
      run: () => registry.open('dataset-output', version.id)
    };
    if (!mayChange(dataset)) {
      return [open, output];
    }
    return [
      open,
      {
        id: 'import',
        label: trans.__('Import…'),
        icon: fileUploadIcon,
        run: () => registry.open('dataset-import', version.id)
      },
      output,
      {
        id: 'from',
        label: trans.__('New Version from This One'),
        icon: addIcon,
        run: () => add(dataset, version.id)
      },
      {
        id: 'delete',
        label: trans.__('Delete…'),
        icon: deleteIcon,
        danger: true,
        separator: true,
        key: 'Delete',
        run: () =>
          remove(trans.__('%1 version %2', dataset.name, version.number), () =>
            client.call(datasets.deleteVersion, { params: { versionId: version.id } })
          )
      }
    ];
  };

  return { mayWrite, mayChange, add, remove, actions };
}
