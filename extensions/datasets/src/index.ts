import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import {
  addPanels,
  datasetIcon,
  IResourceRegistry,
  ITopsTranslation,
  type ITaskKind
} from '@topsdl/lab';
import { installCommands } from './commands.ts';

const readers = ['data', 'platform', 'admin'] as const;
const writers = ['data', 'admin'] as const;

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/datasets-extension:plugin',
  description: 'Datasets: list, versions, import, export, training data.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation, IFileBrowserFactory],
  activate: (
    _app: JupyterFrontEnd,
    resources: IResourceRegistry,
    translation: ITopsTranslation,
    factory: IFileBrowserFactory
  ) => {
    const { trans } = translation;
    resources.addSection({
      id: 'datasets',
      area: 'data',
      rank: 10,
      title: trans.__('Datasets'),
      anyOf: readers,
      load: () => import('./resource.tsx')
    });
    addPanels(resources, writers, [
      ['dataset-form', trans.__('Dataset'), datasetIcon, () => import('./DatasetForm.tsx')],
      ['dataset-import', trans.__('Import'), datasetIcon, () => import('./ImportPanel.tsx')],
      ['dataset-add', trans.__('Add to dataset'), datasetIcon, () => import('./AddPanel.tsx')]
    ]);
    addPanels(resources, readers, [
      ['dataset-versions', trans.__('Dataset'), datasetIcon, () => import('./VersionsPanel.tsx')],
      ['dataset-output', trans.__('Export'), datasetIcon, () => import('./OutputPanel.tsx')]
    ]);
    const tasks: readonly ITaskKind[] = [
      { kind: 'dataset-import', title: trans.__('Import'), panel: 'dataset-import' },
      { kind: 'dataset-export', title: trans.__('Export'), panel: 'dataset-output' },
      { kind: 'training-data', title: trans.__('Training data'), panel: 'dataset-output' },
      { kind: 'materialize', title: trans.__('Files for jobs'), silent: true }
    ];
    for (const task of tasks) {
      resources.addTaskKind(task);
    }
    installCommands(resources, translation, factory);
    resources.addCard({ command: 'topsdl:datasets:create', rank: 20, anyOf: writers });
  }
};

export default plugin;
