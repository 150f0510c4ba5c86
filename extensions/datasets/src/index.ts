import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { datasetIcon, IResourceRegistry, ITopsTranslation } from '@topsdl/lab';
import { installCommands } from './commands.ts';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/datasets-extension:plugin',
  description: 'Datasets: list, versions, import, export, training data.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation],
  activate: (
    _app: JupyterFrontEnd,
    resources: IResourceRegistry,
    translation: ITopsTranslation
  ) => {
    const { trans } = translation;
    resources.addSection({
      id: 'datasets',
      area: 'data',
      rank: 10,
      title: trans.__('Datasets'),
      anyOf: ['data', 'platform', 'admin'],
      load: () => import('./resource.tsx')
    });
    resources.addPanel({
      kind: 'dataset-form',
      icon: datasetIcon,
      title: trans.__('Dataset'),
      anyOf: ['data', 'admin'],
      load: () => import('./DatasetForm.tsx')
    });
    resources.addPanel({
      kind: 'dataset-versions',
      icon: datasetIcon,
      title: trans.__('Dataset'),
      anyOf: ['data', 'platform', 'admin'],
      load: () => import('./VersionsPanel.tsx')
    });
    resources.addPanel({
      kind: 'dataset-import',
      icon: datasetIcon,
      title: trans.__('Import'),
      anyOf: ['data', 'admin'],
      load: () => import('./ImportPanel.tsx')
    });
    resources.addPanel({
      kind: 'dataset-output',
      icon: datasetIcon,
      title: trans.__('Export'),
      anyOf: ['data', 'platform', 'admin'],
      load: () => import('./OutputPanel.tsx')
    });
    resources.addTaskKind({ kind: 'dataset-import', title: trans.__('Import') });
    resources.addTaskKind({ kind: 'dataset-export', title: trans.__('Export') });
    resources.addTaskKind({ kind: 'training-data', title: trans.__('Training data') });
    resources.addTaskKind({ kind: 'materialize', title: trans.__('Files for jobs') });
    installCommands(resources, translation);
    resources.addCard({ command: 'topsdl:datasets:create', rank: 20, anyOf: ['data', 'admin'] });
  }
};

export default plugin;
